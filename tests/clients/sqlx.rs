use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, Row};

use crate::Served;

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_works() {
    let served = Served::new().await;
    let pool = PgPoolOptions::new().max_connections(3).connect(&served.url()).await.expect("it opens");
    sqlx::query("CREATE TABLE users (id int8 PRIMARY KEY, name text NOT NULL)")
        .execute(&pool)
        .await
        .expect("it is created");
    let inserts = (0..30_i64).map(|id| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let insert = sqlx::query("INSERT INTO users VALUES ($1, $2)").bind(id).bind(format!("user {id}"));
            insert.execute(&pool).await.expect("it is inserted");
        })
    });
    for insert in inserts.collect::<Vec<_>>() {
        insert.await.expect("it works");
    }
    let row = sqlx::query("SELECT name FROM users WHERE id = $1").bind(7_i64).fetch_one(&pool).await;
    assert_eq!(row.expect("it is there").get::<&str, _>(0), "user 7");
    pool.close().await;
    assert_eq!(served.count("users").await, 30);
    served.close().await;
}

#[tokio::test]
async fn a_transaction_that_is_dropped_is_rolled_back() {
    let served = Served::new().await;
    served.db.batch_execute("CREATE TABLE users (id int8)").await.expect("it is created");
    let mut connection = PgConnection::connect(&served.url()).await.expect("it opens");
    let mut dropped = connection.begin().await.expect("it begins");
    sqlx::query("INSERT INTO users VALUES (1)").execute(&mut *dropped).await.expect("it is inserted");
    drop(dropped);
    let mut kept = connection.begin().await.expect("it begins");
    sqlx::query("INSERT INTO users VALUES (2)").execute(&mut *kept).await.expect("it is inserted");
    kept.commit().await.expect("it is committed");
    connection.close().await.expect("it closes");
    assert_eq!(served.count("users").await, 1);
    served.close().await;
}

/// sqlx parses them, waits for the answer, and binds them then: others may have had their turn in between.
#[tokio::test(flavor = "multi_thread")]
async fn unnamed_statements_outlive_the_turns_of_others() {
    let served = Served::new().await;
    let db = served.db.clone();
    let other = tokio::spawn(async move {
        loop {
            db.query_one("SELECT 1", &[]).await.expect("it answers");
        }
    });
    let mut connection = PgConnection::connect(&served.url()).await.expect("it opens");
    // The turns of a session with a setting of its own begin and end with questions of the host's.
    sqlx::query("SET statement_timeout = '50s'").execute(&mut connection).await.expect("it is set");
    for number in 0..200_i32 {
        let query = sqlx::query("SELECT $1::int4").bind(number).persistent(false);
        let row = query.fetch_one(&mut connection).await.expect("it is there still");
        assert_eq!(row.get::<i32, _>(0), number);
    }
    other.abort();
    connection.close().await.expect("it closes");
    served.close().await;
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let served = Served::new().await;
    let error =
        PgConnection::connect(&served.url().replace("correct", "wrong")).await.expect_err("it is refused");
    let refused = error.as_database_error().expect("the server says why");
    assert_eq!(refused.code().as_deref(), Some("28P01"));
    served.close().await;
}
