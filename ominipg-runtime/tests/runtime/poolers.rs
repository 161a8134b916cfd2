//! Statements that stay on a server, and those that must not; with `OMINIPG_TEST_POOLER` set to the url of a pooler in
//! transaction mode, through it too.

use ominipg_runtime::{ConnectOptions, ErrorKind, Ominipg};
use ominipg_test_support::database;

use crate::blog::{
    NewPost, NewSeat, NewUser, SCHEMA, posts,
    seats::{self, Mood},
    users,
};

const LEFT: &str = "SELECT count(*) FROM pg_prepared_statements";

async fn left(db: &Ominipg) -> i64 {
    db.query_one(LEFT, &[]).await.unwrap().get(0)
}

async fn unprepared(url: &str, connections: usize) -> Ominipg {
    let options = ConnectOptions::new(url).schema(&SCHEMA).create_tables(true);
    Ominipg::connect(options.prepare(false).max_connections(connections)).await.unwrap()
}

/// Everything that runs statements.
async fn use_all(db: &Ominipg, number: usize) {
    let name = "Ada".to_owned();
    let email = format!("ada{number}@example.com");
    let ada = users::create(NewUser::new(email.as_str(), name.as_str())).run(db).await.unwrap();
    let many = (0..50).map(|n| NewPost::new(ada.id, format!("{number}: {n}")).editor_id(ada.id));
    posts::create_many(many).execute(db).await.unwrap();
    let found = users::find()
        .filter(users::email().eq(email.clone()))
        .with((users::posts(), users::edited()))
        .one(db)
        .await
        .unwrap();
    assert_eq!((found.1.len(), found.2.len()), (50, 50));
    for _ in 0..2 {
        let row = db.query_one("SELECT $1::int4 + 1, $2::text", &[&1_i32, &name]).await.unwrap();
        assert_eq!((row.get(0), row.get(1)), (2_i32, name.as_str()));
    }
    assert_eq!(db.execute("UPDATE users SET age = $1 WHERE email = $2", &[&7_i32, &email]).await.unwrap(), 1);
    assert_eq!(db.query("SELECT 1 WHERE $1", &[&"x"]).await.unwrap_err().kind(), ErrorKind::Parameter);
    assert_eq!(db.query("SELEC $1", &[&1_i32]).await.unwrap_err().code().unwrap().code(), "42601");

    let seat = NewSeat::new(i16::try_from(number).unwrap(), "A").mood(Mood::Happy);
    assert_eq!(seats::create(seat).run(db).await.unwrap().mood, Mood::Happy);
    assert!(seats::find().filter(seats::mood().eq(Mood::Happy)).exists(db).await.unwrap());

    let tx = db.transaction().await.unwrap();
    tx.execute("DELETE FROM posts WHERE \"authorId\" = $1", &[&ada.id]).await.unwrap();
    let left = "SELECT count(*) FROM posts WHERE \"authorId\" = $1";
    assert_eq!(tx.query_one(left, &[&ada.id]).await.unwrap().get::<_, i64>(0), 0);
    tx.rollback().await.unwrap();

    let mut rows = db.query_stream("SELECT n FROM generate_series(1, $1) AS n", &[&1_000_i32]).await.unwrap();
    let mut sum = 0;
    while let Some(row) = rows.next().await {
        sum += row.unwrap().get::<_, i32>(0);
    }
    assert_eq!(sum, 500_500);
    drop(rows);

    let mut copy = db.copy_in("COPY posts (\"authorId\", title) FROM STDIN").await.unwrap();
    copy.send(format!("{}\tcopied {number}\n", ada.id)).await.unwrap();
    assert_eq!(copy.finish().await.unwrap(), 1);
    let mut given_up = db.copy_in("COPY posts (\"authorId\", title) FROM STDIN").await.unwrap();
    given_up.send(format!("{}\tgiven up {number}\n", ada.id)).await.unwrap();
    drop(given_up);
    let mut wrong = db.copy_in("COPY posts (\"authorId\", title) FROM STDIN").await.unwrap();
    wrong.send("no uuid\twrong\n").await.unwrap();
    assert_eq!(wrong.finish().await.unwrap_err().code().unwrap().code(), "22P02");
    assert_eq!(db.copy_in("COPY nowhere FROM STDIN").await.unwrap_err().code().unwrap().code(), "42P01");
    let mut lines = db.copy_out("COPY (SELECT 1) TO STDOUT").await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), "1\n");
    assert!(lines.next().await.is_none());
    drop(lines);
    let copied =
        posts::find().filter(posts::title().ends_with(&format!(" {number}"))).count(db).await.unwrap();
    assert!(copied >= 1);
    assert_eq!(posts::find().filter(posts::title().starts_with("given")).count(db).await.unwrap(), 0);
}

#[tokio::test]
async fn nothing_stays_prepared() {
    let db = unprepared(&database().await, 1).await;
    use_all(&db, 1).await;
    assert_eq!(left(&db).await, 0);
    let idle: bool =
        db.query_one("SELECT pg_current_xact_id_if_assigned() IS NULL", &[]).await.unwrap().get(0);
    assert!(idle);
    db.batch_execute("ALTER TABLE posts ADD COLUMN extra text").await.unwrap();
    use_all(&db, 2).await;
    assert_eq!(left(&db).await, 0);
}

#[tokio::test]
async fn through_a_pooler() {
    let Ok(url) = std::env::var("OMINIPG_TEST_POOLER") else {
        println!("left out: `OMINIPG_TEST_POOLER` names no pooler");
        return;
    };
    let db = unprepared(&url, 8).await;
    db.batch_execute("TRUNCATE users, seats CASCADE").await.unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move { use_all(&db, number).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for _ in 0..20 {
        assert_eq!(left(&db).await, 0);
    }
    // Types of the database's own are what it cannot do, and says so; what follows works.
    let (mut found, mut refused) = (0, 0);
    for round in 0..20 {
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { db.query("SELECT 'sad'::mood", &[]).await })
            })
            .collect();
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => found += 1,
                Err(error) => {
                    assert!(error.to_string().contains("mood::text"), "{error}");
                    refused += 1;
                }
            }
        }
        db.query("SELECT 'sad'::mood::text", &[]).await.unwrap();
        use_all(&db, 100 + round).await;
    }
    println!("types of the database's own: {found} found, {refused} refused");
}

#[tokio::test]
async fn the_cache_has_its_size() {
    let url = database().await;
    for (size, kept) in [(0, 0), (3, 3)] {
        let options = ConnectOptions::new(&url).max_connections(1).statement_cache(size);
        let db = Ominipg::connect(options).await.unwrap();
        for n in 0..10 {
            db.query(&format!("SELECT {n} + $1::int4"), &[&1_i32]).await.unwrap();
            // This one is always used again, so that others go.
            db.query("SELECT 'kept'", &[]).await.unwrap();
        }
        let names = "SELECT statement FROM pg_prepared_statements ORDER BY prepare_time";
        let there = db.query(names, &[]).await.unwrap();
        let texts: Vec<&str> = there.iter().map(|row| row.get(0)).collect();
        assert!(texts.len() <= kept.max(1), "{texts:?}");
        if kept > 0 {
            assert_eq!(texts, ["SELECT 'kept'", "SELECT 9 + $1::int4", names]);
        }
        let cache = db.diagnostics().await.statement_cache;
        assert_eq!(cache.hits, if size == 0 { 0 } else { 9 });
        db.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_stale_statement_is_prepared_again_outside_of_transactions_only() {
    let options = ConnectOptions::new(database().await).max_connections(1);
    let db = Ominipg::connect(options).await.unwrap();
    db.batch_execute("CREATE TABLE t AS SELECT 1 AS a").await.unwrap();
    let columns = async || db.query_one("SELECT * FROM t", &[]).await.unwrap().len();
    assert_eq!(columns().await, 1);
    db.batch_execute("ALTER TABLE t ADD COLUMN b int4").await.unwrap();
    let tx = db.transaction().await.unwrap();
    assert_eq!(tx.query("SELECT * FROM t", &[]).await.unwrap_err().code().unwrap().code(), "0A000");
    drop(tx);
    assert_eq!(columns().await, 2);
    db.batch_execute("DEALLOCATE ALL").await.unwrap();
    assert_eq!(columns().await, 2);
}
