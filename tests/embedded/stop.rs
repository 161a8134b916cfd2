//! Stop means stop: what is no longer wanted ends in the engine, and the next statement is right.

use std::time::{Duration, Instant};

use ominipg::{CancellationToken, ConnectOptions, ErrorKind, Ominipg};

use crate::folder::Folder;

/// Statements that would take minutes or for ever, each busy in another part of PostgreSQL.
const ENDLESS: [(&str, &str); 6] = [
    ("sleep", "SELECT pg_sleep(600)"),
    ("series", "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) AS endless"),
    ("loop", "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"),
    ("join", "SELECT count(*) FROM wide a, wide b, wide c WHERE a.n + b.n + c.n < 0"),
    ("sort", "SELECT md5(a.n::text || b.n) AS text FROM wide a, wide b ORDER BY text OFFSET 1000000000"),
    ("index", "CREATE INDEX ON wide ((busy(n)))"),
];

/// An index on `busy` takes some minutes to build.
const TABLES: &str = "CREATE TABLE wide AS SELECT n FROM generate_series(1, 20000) AS n;
    CREATE FUNCTION busy(n int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    $$ DECLARE t text := n; BEGIN FOR i IN 1..2000 LOOP t := md5(t); END LOOP; RETURN t; END $$";

/// What a machine that is busy with other tests is granted; `measures_how_soon` tells the real figures.
const SOON: Duration = Duration::from_millis(500);

async fn open() -> Ominipg {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute(TABLES).await.expect("the tables are created");
    db
}

async fn goes_on(db: &Ominipg) {
    let row = db.query_one("SELECT 41 + 1, pg_current_xact_id_if_assigned() IS NULL", &[]).await;
    let row = row.expect("the next statement works");
    assert_eq!((row.get::<_, i32>(0), row.get::<_, bool>(1)), (42, true));
}

/// Stops a statement some time after it began; gives the time until the next one was answered.
async fn stop(db: &Ominipg, sql: &str, after: Duration) -> Duration {
    let token = CancellationToken::new();
    let bound = db.with_cancel(token.clone());
    let stopping = async {
        tokio::time::sleep(after).await;
        let start = Instant::now();
        token.cancel();
        start
    };
    let (result, start) = tokio::join!(bound.batch_execute(sql), stopping);
    assert_eq!(result.expect_err("it is endless").kind(), ErrorKind::Cancelled);
    goes_on(db).await;
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_statements_end() {
    let db = open().await;
    for (name, sql) in ENDLESS {
        let took = stop(&db, sql, Duration::from_millis(100)).await;
        assert!(took < SOON, "{name}: {took:?}");
    }
}

/// Not a test: tells how soon endless statements end, and the next is answered. To run it:
/// `cargo test --test embedded --release -- --ignored --nocapture measures_how_soon`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn measures_how_soon() {
    let db = open().await;
    for (name, sql) in ENDLESS {
        let mut times = Vec::new();
        for round in 0..50 {
            times.push(stop(&db, sql, Duration::from_millis(20 + round % 7)).await);
        }
        times.sort_unstable();
        println!("{name}: median {:?}, worst {:?}", times[times.len() / 2], times[times.len() - 1]);
    }
}

#[tokio::test]
async fn a_thread_that_runs_its_own_statement_is_stopped_too() {
    // Neither timers nor tasks of the caller's can run meanwhile: whatever stops it is elsewhere.
    let db = Ominipg::connect(ConnectOptions::new(":memory:").use_worker(false)).await.expect("it opens");
    db.batch_execute(TABLES).await.expect("the tables are created");
    for (name, sql) in ENDLESS {
        let start = Instant::now();
        let error = db.with_timeout(Duration::from_millis(100)).batch_execute(sql).await;
        let error = error.expect_err("it is endless");
        assert_eq!(error.kind(), ErrorKind::Timeout, "{name}: {error}");
        assert_eq!(error.code().map(|code| code.code()), Some("57014"), "{name}");
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(100) && took < SOON * 2, "{name}: {took:?}");
        goes_on(&db).await;
    }
    let token = CancellationToken::new();
    let elsewhere = token.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        elsewhere.cancel();
    });
    let error = db.with_cancel(token).query(ENDLESS[1].1, &[]).await.expect_err("it is endless");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    goes_on(&db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_own_timeouts_work() {
    let db = open().await;
    db.batch_execute("SET statement_timeout = '50ms'").await.expect("it is set");
    for (name, sql) in ENDLESS {
        let start = Instant::now();
        let error = db.batch_execute(sql).await.expect_err("it is endless");
        assert_eq!(error.code().map(|code| code.code()), Some("57014"), "{name}: {error}");
        assert_eq!(error.kind(), ErrorKind::Database, "PostgreSQL did it, not a limit of a call");
        assert!(start.elapsed() < SOON * 2, "{name}: {:?}", start.elapsed());
        goes_on(&db).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_transaction_ends_with_its_session() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute("CREATE TABLE t (n int); SET idle_in_transaction_session_timeout = '50ms'")
        .await
        .expect("it is set");
    let tx = db.transaction().await.expect("it begins");
    tx.execute("INSERT INTO t VALUES (1)", &[]).await.expect("inserted");
    tokio::time::sleep(Duration::from_millis(400)).await;
    let error = tx.execute("INSERT INTO t VALUES (2)", &[]).await.expect_err("the session has ended");
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert_eq!(error.code().map(|code| code.code()), Some("25P03"), "{error}");
    assert!(error.to_string().contains("idle-in-transaction"), "{error}");
    drop(tx);
    let count: i64 = db.query_one("SELECT count(*) FROM t", &[]).await.expect("another session").get(0);
    assert_eq!(count, 0, "what was open is rolled back");
    goes_on(&db).await;
    let tx = db.transaction().await.expect("it begins");
    tx.execute("INSERT INTO t VALUES (1)", &[]).await.expect("inserted");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_call_that_only_waited_says_so() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    let tx = db.transaction().await.expect("it begins");
    let error = db.with_timeout(Duration::from_millis(50)).query("SELECT 1", &[]).await;
    let error = error.expect_err("the transaction has the connection");
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    assert!(error.to_string().contains("transaction is open"), "{error}");
    let waiting = db.clone();
    let waiting = tokio::spawn(async move { waiting.query("SELECT 1", &[]).await.map(drop) });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(db.diagnostics().await.queued, 1);
    tx.rollback().await.expect("it is rolled back");
    waiting.await.expect("it does not panic").expect("it was answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runaway_recursion_is_an_error() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute(
        "CREATE FUNCTION deep(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN deep(n + 1); END $$",
    )
    .await
    .expect("it is created");
    let error = db.query("SELECT deep(0)", &[]).await.expect_err("it has no end");
    assert_eq!(error.code().map(|code| code.code()), Some("54001"), "{error}");
    goes_on(&db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_ends_what_runs() {
    for (name, sql) in [ENDLESS[0], ENDLESS[1]] {
        let folder = Folder::new();
        let db = Ominipg::connect(folder.url()).await.expect("it opens");
        let running = db.clone();
        let running = tokio::spawn(async move { running.batch_execute(sql).await });
        let waiting = db.clone();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let waiting = tokio::spawn(async move { waiting.query("SELECT 1", &[]).await.map(drop) });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let start = Instant::now();
        db.close().await.expect("it closes");
        let took = start.elapsed();
        assert!(took < SOON * 4, "{name}: {took:?}");
        for call in [running, waiting] {
            let error = call.await.expect("it does not panic").expect_err("the database is closed");
            assert_eq!(error.kind(), ErrorKind::Closed, "{name}: {error}");
        }
        let again = Ominipg::connect(folder.url()).await.expect("it opens again");
        goes_on(&again).await;
        again.close().await.expect("it closes");
    }
}

/// What PostgreSQL does then for a session that is gone is not cancelled with the clients' statements.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_while_somebody_listens_is_no_failure() {
    for turn in 0..100 {
        let db = Ominipg::connect(":memory:").await.expect("it opens");
        let mut listening = db.listen("jobs").await.expect("it listens");
        let listening = tokio::spawn(async move { listening.next().await });
        tokio::task::yield_now().await;
        db.close().await.unwrap_or_else(|error| panic!("{turn}: {error}"));
        let told = listening.await.expect("it does not panic");
        assert!(told.is_none(), "{turn}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_a_session_of_postgresql_ends_that_session_only() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute("CREATE TABLE t (n int)").await.expect("created");
    let ends = [
        ("SET transaction_timeout = '50ms'", "SELECT pg_sleep(20)", "25P04"),
        (
            "SET transaction_timeout = '50ms'",
            "SELECT count(*) FROM generate_series(1, 100000000000)",
            "25P04",
        ),
        ("SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())", "57P01"),
        ("SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(20)", "57P01"),
    ];
    for (before, statement, code) in ends {
        db.batch_execute(before).await.expect("it is set");
        let tx = db.transaction().await.expect("it begins");
        tx.execute("INSERT INTO t VALUES (1)", &[]).await.expect("inserted");
        let start = Instant::now();
        let error = tx.batch_execute(statement).await.expect_err("the session ends");
        assert_eq!(error.code().map(|code| code.code()), Some(code), "{statement}: {error}");
        assert_eq!(error.kind(), ErrorKind::Connection, "{statement}: {error}");
        assert!(start.elapsed() < SOON * 2, "{statement}: {:?}", start.elapsed());
        drop(tx);
        let count: i64 = db.query_one("SELECT count(*) FROM t", &[]).await.expect("another session").get(0);
        assert_eq!(count, 0, "{statement}: what was open is rolled back");
        goes_on(&db).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_takes_too_long_ends_while_it_waits() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute("CREATE TABLE t (n int); SET transaction_timeout = '100ms'").await.expect("it is set");
    let tx = db.transaction().await.expect("it begins");
    tx.execute("INSERT INTO t VALUES (1)", &[]).await.expect("inserted");
    tokio::time::sleep(Duration::from_millis(400)).await;
    let error = tx.execute("INSERT INTO t VALUES (2)", &[]).await.expect_err("the session has ended");
    assert_eq!(error.code().map(|code| code.code()), Some("25P04"), "{error}");
    drop(tx);
    let count: i64 = db.query_one("SELECT count(*) FROM t", &[]).await.expect("another session").get(0);
    assert_eq!(count, 0, "what was open is rolled back");
}
