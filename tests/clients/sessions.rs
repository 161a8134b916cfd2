//! What belongs to one session is not another's.

use std::time::{Duration, Instant};

use ominipg::{ConnectOptions, ErrorKind};
use tokio_postgres::error::SqlState;

use crate::Served;
use crate::tokio_postgres::connect;

#[tokio::test]
async fn settings_are_a_sessions_own() {
    let served = Served::new().await;
    let (one, other) = (connect(&served).await, connect(&served).await);
    one.batch_execute("SET statement_timeout = '54321ms'").await.expect("it is set");
    let shown = async |client: &tokio_postgres::Client| -> String {
        client.query_one("SHOW statement_timeout", &[]).await.expect("it answers").get(0)
    };
    assert_eq!(shown(&one).await, "54321ms");
    assert_ne!(shown(&other).await, "54321ms");
    served.close().await;
}

#[tokio::test]
async fn names_are_a_sessions_own() {
    let served = Served::new().await;
    let (one, other) = (connect(&served).await, connect(&served).await);
    one.batch_execute("PREPARE answer AS SELECT 1").await.expect("it is prepared");
    other.batch_execute("PREPARE answer AS SELECT 2").await.expect("the name is free");
    let missing = other.batch_execute("EXECUTE question").await.expect_err("nobody prepared it");
    assert_eq!(missing.code(), Some(&SqlState::INVALID_SQL_STATEMENT_NAME));
    let answer = one.query_one("EXECUTE answer", &[]).await.expect("it answers");
    assert_eq!(answer.get::<_, i32>(0), 1);
    served.close().await;
}

#[tokio::test]
async fn an_error_is_one_sessions_alone() {
    let served = Served::new().await;
    let (one, other) = (connect(&served).await, connect(&served).await);
    let error = one.batch_execute("SELECT 1 / 0").await.expect_err("it cannot be computed");
    assert_eq!(error.code(), Some(&SqlState::DIVISION_BY_ZERO));
    for client in [&one, &other] {
        client.batch_execute("SELECT 1").await.expect("the session goes on");
    }
    served.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_too_long_is_told_for_whom() {
    let wait = Duration::from_millis(300);
    let served = Served::with(ConnectOptions::new(":memory:").busy_timeout(wait)).await;
    let (mut one, other) = (connect(&served).await, connect(&served).await);
    let tx = one.transaction().await.expect("it begins");
    tx.batch_execute("CREATE TABLE t (n int)").await.expect("created");

    let since = Instant::now();
    let simple = other.batch_execute("SELECT 1; SELECT 2").await.expect_err("it is not its turn");
    assert!(since.elapsed() >= wait && since.elapsed() < wait * 5, "{:?}", since.elapsed());
    assert_eq!(simple.code(), Some(&SqlState::LOCK_NOT_AVAILABLE), "{simple:?}");
    let message = simple.as_db_error().expect("it is an answer").message();
    assert!(message.contains("has a transaction open"), "{message}");
    let (first, second) = tokio::join!(other.query_one("SELECT 1", &[]), other.query_one("SELECT 2", &[]));
    for prepared in [first, second] {
        let prepared = prepared.expect_err("it is not its turn");
        assert_eq!(prepared.code(), Some(&SqlState::LOCK_NOT_AVAILABLE), "{prepared:?}");
    }
    let own = served.db.query("SELECT 1", &[]).await.expect_err("it is not its turn");
    assert_eq!(own.kind(), ErrorKind::Busy, "{own}");

    let late = tokio::spawn(async move { other.query_one("SELECT count(*) FROM t", &[]).await });
    tokio::time::sleep(wait / 3).await;
    tx.commit().await.expect("committed");
    assert_eq!(late.await.expect("it ends").expect("its turn came").get::<_, i64>(0), 0);
    assert_eq!(served.count("t").await, 0);
    served.close().await;
}
