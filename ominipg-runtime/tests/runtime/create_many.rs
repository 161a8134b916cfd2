//! Inserts of many rows.

use crate::blog::seats::{self, Mood, NewSeat};
use crate::blog::{NewPost, NewUser, UserAddress, UserRole, posts, users};
use crate::connect::blog_database;

fn person(n: usize) -> NewUser {
    NewUser::new(format!("{n}@example.com"), "N").age(n as i32)
}

#[tokio::test]
async fn rows_come_back_in_their_order_whatever_they_have_set() {
    let db = blog_database().await;
    let rows: Vec<NewUser> = (0..2_000)
        .map(|n| {
            let row = if n % 7 == 0 { person(n).age(None) } else { person(n) };
            let row = if n % 3 == 0 { row.role(UserRole::Admin) } else { row };
            let row = if n % 5 == 0 {
                row.address(UserAddress { city: "X".to_owned(), zip: Some(n as i32) })
            } else {
                row
            };
            if n % 2 == 0 { row.tags((0..n % 4).map(|tag| tag.to_string()).collect::<Vec<_>>()) } else { row }
        })
        .collect();
    let made = users::create_many(rows.clone()).run(&db).await.unwrap();
    assert_eq!(made.len(), rows.len());
    for (made, row) in made.iter().zip(&rows) {
        assert_eq!((&made.email, made.age, &made.address), (&row.email, row.age, &row.address));
        assert_eq!(made.role, row.role.as_set().copied().unwrap_or(UserRole::Member));
        assert_eq!(made.tags, row.tags.as_set().cloned().unwrap_or_default());
    }
    assert_eq!(users::find().order_by(users::id().asc()).count(&db).await.unwrap(), 2_000);
    let stored = users::by_key(made[1_000].id).one(&db).await.unwrap();
    assert_eq!(stored, made[1_000]);
}

#[tokio::test]
async fn one_refused_row_refuses_all() {
    let db = blog_database().await;
    let mut rows: Vec<NewUser> = (0..1_500).map(person).collect();
    rows[3] = rows[3].clone().role(UserRole::Admin);
    rows.push(person(0));
    let error = users::create_many(rows.clone()).run(&db).await.unwrap_err();
    assert!(error.is_unique_violation());
    assert_eq!(users::find().count(&db).await.unwrap(), 0);

    // The same inside a transaction, which goes on where a savepoint was set.
    let tx = db.transaction().await.unwrap();
    users::create(person(5_000)).run(&tx).await.unwrap();
    tx.batch_execute("SAVEPOINT before").await.unwrap();
    users::create_many(rows).execute(&tx).await.unwrap_err();
    tx.batch_execute("ROLLBACK TO before").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(users::find().one(&db).await.unwrap().age, Some(5_000));
}

#[tokio::test]
async fn large_sets_are_sent_in_parts() {
    let db = blog_database().await;
    let author = users::create(person(1)).run(&db).await.unwrap().id;
    let rows: Vec<NewPost> = (0..25_000).map(|n| NewPost::new(author, format!("post {n}"))).collect();
    assert_eq!(posts::create_many(rows.clone()).execute(&db).await.unwrap(), 25_000);
    let made = posts::create_many(rows).run(&db).await.unwrap();
    assert!(made.iter().enumerate().all(|(n, post)| post.title == format!("post {n}")));
    assert!(made.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(posts::find().count(&db).await.unwrap(), 50_000);
}

#[tokio::test]
async fn no_rows_are_no_statement() {
    let db = blog_database().await;
    db.close().await.unwrap();
    assert_eq!(users::create_many([]).run(&db).await.unwrap(), []);
    assert_eq!(users::create_many(Vec::new()).execute(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn types_of_the_schemas_own_are_cast() {
    let db = blog_database().await;
    let rows = [
        NewSeat::new(1, "A").mood(Mood::Happy).moods(vec![Mood::Sad, Mood::Happy]),
        NewSeat::new(1, "B").mood(Mood::Sad).moods(vec![]),
        NewSeat::new(2, "A").mood(Mood::Happy).moods(None),
    ];
    let made = seats::create_many(rows.clone()).run(&db).await.unwrap();
    for (made, row) in made.iter().zip(&rows) {
        assert_eq!((Some(&made.mood), &made.moods), (row.mood.as_set(), &row.moods));
    }
    let single = seats::create(NewSeat::new(3, "C").moods(vec![Mood::Happy])).run(&db).await.unwrap();
    assert_eq!((single.mood, single.moods), (Mood::Sad, Some(vec![Mood::Happy])));
}

#[tokio::test]
async fn a_row_that_a_trigger_leaves_out_is_not_there() {
    let db = blog_database().await;
    db.batch_execute(
        "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.age = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
         CREATE TRIGGER skip BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION skip()",
    )
    .await
    .unwrap();
    let made = users::create_many((0..3).map(person)).run(&db).await.unwrap();
    assert_eq!(made.iter().map(|user| user.age).collect::<Vec<_>>(), [Some(0), Some(2)]);
    users::delete_all().run(&db).await.unwrap();
    assert_eq!(users::create_many((0..3).map(person)).execute(&db).await.unwrap(), 2);
    users::delete_all().run(&db).await.unwrap();

    // With different columns set the order is lost, so nothing is kept.
    let mixed: Vec<NewUser> = vec![person(0), person(1), person(2).role(UserRole::Admin)];
    let error = users::create_many(mixed.clone()).run(&db).await.unwrap_err();
    assert!(error.to_string().contains("trigger"), "{error}");
    assert_eq!(users::find().count(&db).await.unwrap(), 0);
    assert_eq!(users::create_many(mixed).execute(&db).await.unwrap(), 2);
    assert!(users::create(person(1)).run(&db).await.unwrap_err().to_string().contains("trigger"));
}
