//! Plain SQL.

use ominipg_runtime::ErrorKind;

use crate::blog::users;
use crate::connect::blog_database;

#[tokio::test]
async fn query_and_execute() {
    let db = blog_database().await;
    let rows = db.query("SELECT n FROM generate_series(1, $1::int4) AS n", &[&3_i32]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<_, i32>(0)).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(db.query_one("SELECT $1::text", &[&"x"]).await.unwrap().get::<_, String>(0), "x");
    assert!(db.query_opt("SELECT 1 WHERE false", &[]).await.unwrap().is_none());
    assert!(db.query_one("SELECT 1 WHERE false", &[]).await.unwrap_err().is_not_found());
    let many = db.query_one("SELECT * FROM generate_series(1, 2)", &[]).await.unwrap_err();
    assert_eq!(many.kind(), ErrorKind::TooMany);
    let inserted = db.execute("INSERT INTO users (email, name) SELECT $1, 'a'", &[&"a"]).await.unwrap();
    assert_eq!(inserted, 1);
    db.batch_execute("CREATE TABLE a (n int4); INSERT INTO a VALUES (1)").await.unwrap();
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let db = blog_database().await;
    let error = db.query("SELECT $1::int4, $2::int4", &[&1_i32, &"x"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parameter);
    assert!(error.to_string().contains("$2") && error.to_string().contains("int4"), "{error}");
    let error = db.query("SELECT $1::int4", &[]).await.unwrap_err();
    assert_eq!(error.to_string(), "the statement has 1 parameters, 0 were given");
    let error = db.query("SELEC 1", &[]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42601");
}

#[tokio::test]
async fn a_table_that_changes_does_not_break_prepared_statements() {
    let db = blog_database().await;
    assert_eq!(users::find().all(&db).await.unwrap(), []);
    let star = "SELECT * FROM posts";
    db.query(star, &[]).await.unwrap();
    db.batch_execute("ALTER TABLE posts ADD COLUMN extra text").await.unwrap();
    assert!(db.query(star, &[]).await.unwrap().is_empty());
    db.batch_execute("DEALLOCATE ALL").await.unwrap();
    assert!(db.query(star, &[]).await.unwrap().is_empty());
    assert_eq!(users::find().all(&db).await.unwrap(), []);
}

#[tokio::test]
async fn more_statements_than_are_kept_prepared() {
    let db = blog_database().await;
    for n in 0..600 {
        let row = db.query_one(&format!("SELECT {n} + $1::int4"), &[&1_i32]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), n + 1);
    }
    let row = db.query_one("SELECT count(*) FROM pg_prepared_statements", &[]).await.unwrap();
    assert!(row.get::<_, i64>(0) <= 256);
}

#[tokio::test]
async fn transactions_are_not_begun_or_ended_by_sql() {
    let db = blog_database().await;
    for sql in ["BEGIN", "COMMIT", "SAVEPOINT a"] {
        assert_eq!(db.execute(sql, &[]).await.unwrap_err().kind(), ErrorKind::Transaction);
        assert_eq!(db.query(sql, &[]).await.unwrap_err().kind(), ErrorKind::Transaction);
    }
    let tx = db.transaction().await.unwrap();
    assert_eq!(tx.execute("COMMIT", &[]).await.unwrap_err().kind(), ErrorKind::Transaction);
    assert_eq!(tx.batch_execute("ROLLBACK").await.unwrap_err().kind(), ErrorKind::Transaction);
    tx.commit().await.unwrap();

    let insert = "INSERT INTO users (email, name) VALUES ('a', 'a')";
    db.batch_execute(&format!("BEGIN; {insert}; ROLLBACK")).await.unwrap();
    assert_eq!(users::find().count(&db).await.unwrap(), 0);
    let error = db.batch_execute(&format!("BEGIN; {insert}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    assert!(error.to_string().contains("rolled back"), "{error}");
    let error = db.batch_execute(&format!("BEGIN; {insert}; SELECT 1/0; COMMIT")).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "22012");
    for _ in 0..8 {
        assert_eq!(users::find().count(&db).await.unwrap(), 0);
    }
    db.batch_execute(&format!("BEGIN; {insert}; COMMIT")).await.unwrap();
    db.batch_execute("DO $$ BEGIN UPDATE users SET name = 'b'; END $$").await.unwrap();
    assert_eq!(users::find().one(&db).await.unwrap().name, "b");
}
