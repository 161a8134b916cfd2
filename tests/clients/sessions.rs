//! What belongs to one session is not another's.

use std::time::{Duration, Instant};

use ominipg::{ConnectOptions, ErrorKind};
use tokio_postgres::error::SqlState;

use crate::Served;
use crate::tokio_postgres::{connect, connect_with};

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

#[tokio::test]
async fn a_role_that_a_session_takes_is_given_back() {
    let served = Served::new().await;
    let (one, other) = (connect(&served).await, connect(&served).await);
    let user = async |client: &tokio_postgres::Client| -> String {
        client.query_one("SELECT session_user::text", &[]).await.expect("it answers").get(0)
    };
    one.batch_execute("CREATE ROLE guest; SET SESSION AUTHORIZATION guest").await.expect("it is taken");
    assert_eq!((user(&one).await, user(&other).await), ("guest".to_owned(), "postgres".to_owned()));
    one.batch_execute("RESET SESSION AUTHORIZATION").await.expect("it is given back");
    assert_eq!(user(&one).await, "postgres");
    one.batch_execute("SET SESSION AUTHORIZATION guest").await.expect("it is taken");
    drop(one);
    assert_eq!(user(&other).await, "postgres");
    other.batch_execute("DROP ROLE guest").await.expect("nobody has it");
    served.close().await;
}

#[tokio::test]
async fn what_a_client_begins_with_is_what_reset_goes_back_to() {
    let served = Served::new().await;
    let with = |options: &str| {
        let mut config: tokio_postgres::Config = served.url().parse().expect("it is a url");
        config.options(options);
        config
    };
    let shown = async |client: &tokio_postgres::Client| -> String {
        client.query_one("SHOW datestyle", &[]).await.expect("it answers").get(0)
    };
    let (one, two) = (with("-c datestyle=German"), with("-c datestyle=SQL,DMY"));
    let (one, two) = (connect_with(&one).await, connect_with(&two).await);
    let other = connect(&served).await;
    for undo in ["RESET datestyle", "SET datestyle TO DEFAULT", "RESET ALL", "DISCARD ALL"] {
        one.batch_execute("SET datestyle = 'ISO, MDY'").await.expect("it is set");
        assert_eq!(shown(&two).await, "SQL, DMY");
        assert_eq!(shown(&one).await, "ISO, MDY", "{undo}");
        one.batch_execute(undo).await.expect("it is undone");
        assert_eq!(shown(&other).await, "ISO, MDY");
        assert_eq!(shown(&one).await, "German, DMY", "{undo}");
    }
    drop((one, two));
    other.batch_execute("RESET ALL").await.expect("it is undone");
    assert_eq!(shown(&other).await, "ISO, MDY");
    served.close().await;
}

#[tokio::test]
async fn a_temporary_table_stays_where_its_session_looks() {
    let served = Served::new().await;
    let (one, other) = (connect(&served).await, connect(&served).await);
    one.batch_execute("CREATE TEMPORARY TABLE sketch (a int)").await.expect("it is created");
    other.batch_execute("SELECT 1").await.expect("it answers");
    one.batch_execute("SELECT a FROM sketch").await.expect("it is found by its name alone");
    other.batch_execute("SELECT a FROM sketch").await.expect_err("it is not the other's");
    one.batch_execute("SELECT a FROM sketch").await.expect("it is still found");
    served.close().await;
}
