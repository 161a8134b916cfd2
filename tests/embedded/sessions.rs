//! What PostgreSQL keeps for a session beyond its transactions is not another's: advisory locks, held cursors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ominipg::{ConnectOptions, ErrorKind, Ominipg, Server};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

/// How long a session waits for another's turn to end.
const WAIT: Duration = Duration::from_millis(200);

/// A served database, with the session of this program.
async fn serve() -> (Ominipg, Server) {
    let db = Ominipg::connect(ConnectOptions::new(":memory:").busy_timeout(WAIT)).await.expect("it opens");
    let server = db.serve("127.0.0.1:0").await.expect("it is served");
    (db, server)
}

async fn session(server: &Server) -> Client {
    let (client, connection) = tokio_postgres::connect(&server.url(), NoTls).await.expect("it is let in");
    tokio::spawn(connection);
    client
}

async fn number(client: &Client, sql: &str) -> i32 {
    client.query_one(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

async fn advisory_locks(client: &Client) -> i32 {
    number(client, "SELECT count(*)::int4 FROM pg_locks WHERE locktype = 'advisory'").await
}

/// Waits until a session gets its turn.
async fn turn(client: &Client) {
    for _ in 0..50 {
        if client.batch_execute("SELECT 1").await.is_ok() {
            return;
        }
    }
    panic!("it never gets its turn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advisory_locks_keep_the_others_out() {
    let (db, server) = serve().await;
    let (one, other) = (session(&server).await, session(&server).await);
    one.batch_execute("SELECT pg_advisory_lock(7); SELECT pg_advisory_lock_shared(8)").await.expect("locked");

    // Neither gets what the first one has, and both hear who has it.
    let refused = other.query_one("SELECT pg_try_advisory_lock(7)", &[]).await.expect_err("it is taken");
    assert_eq!(refused.code(), Some(&SqlState::LOCK_NOT_AVAILABLE), "{refused:?}");
    let error = refused.as_db_error().expect("PostgreSQL's words");
    assert!(error.message().contains("holds session-level advisory locks"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("pg_advisory_unlock_all()")), "{error:?}");
    let busy = db.query("SELECT 1", &[]).await.expect_err("it is another's turn");
    assert_eq!(busy.kind(), ErrorKind::Busy, "{busy}");

    // Its own statements and transactions go on, and so does the work of the database.
    one.batch_execute("BEGIN; CREATE TABLE t (n int); COMMIT; INSERT INTO t VALUES (1)")
        .await
        .expect("it works");
    let mut dump = Vec::new();
    db.dump(&mut dump).await.expect("it is copied between two statements");
    assert_eq!(advisory_locks(&one).await, 2);

    // One of two is not enough.
    one.batch_execute("SELECT pg_advisory_unlock(7)").await.expect("unlocked");
    other.batch_execute("SELECT 1").await.expect_err("it has one still");
    one.batch_execute("SELECT pg_advisory_unlock_all()").await.expect("unlocked");
    other.batch_execute("SELECT pg_advisory_lock(7)").await.expect("it is free");
    let waiting = tokio::spawn(async move { advisory_locks(&one).await });
    tokio::time::sleep(WAIT / 4).await;
    other.batch_execute("DISCARD ALL").await.expect("discarded");
    assert_eq!(waiting.await.expect("it does not panic"), 0, "who waited gets the turn");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advisory_locks_end_with_their_session() {
    let (db, server) = serve().await;
    for how in 0..4 {
        let (one, other) = (session(&server).await, session(&server).await);
        one.batch_execute("SELECT pg_advisory_lock(7)").await.expect("locked");
        if how == 1 {
            // PostgreSQL is nobody's then, though the locks are still held.
            db.dump(&mut Vec::new()).await.expect("it is copied");
        }
        if how == 2 {
            one.batch_execute("BEGIN; SELECT 1").await.expect("begun");
        }
        if how == 3 {
            one.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")
                .await
                .expect_err("it is ended");
        }
        drop(one);
        turn(&other).await;
        assert_eq!(advisory_locks(&other).await, 0, "{how}");
        drop(other);
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transactions_advisory_locks_end_with_its_turn() {
    let (_db, server) = serve().await;
    let (one, other) = (session(&server).await, session(&server).await);
    one.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(7); COMMIT").await.expect("locked");
    assert_eq!(advisory_locks(&other).await, 0);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn held_cursors_are_a_sessions_own() {
    let (_db, server) = serve().await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(session(&server).await);
    }
    for round in 0..3 {
        for (own, client) in sessions.iter().enumerate() {
            let sql =
                format!("DECLARE held CURSOR WITH HOLD FOR SELECT n + {own} FROM generate_series(1, 3) n");
            client.batch_execute(&sql).await.expect("the name is free");
        }
        for fetched in 1..=2 {
            for (own, client) in sessions.iter().enumerate() {
                assert_eq!(number(client, "FETCH held").await, fetched + own as i32, "round {round}");
                assert_eq!(
                    number(client, "SELECT count(*)::int4 FROM pg_cursors WHERE is_holdable").await,
                    1
                );
            }
        }
        // One closes its own, one forgets everything, one leaves.
        sessions[0].batch_execute("CLOSE held").await.expect("closed");
        sessions[1].batch_execute("DISCARD ALL").await.expect("discarded");
        sessions[2] = session(&server).await;
        for client in &sessions {
            assert_eq!(number(client, "SELECT count(*)::int4 FROM pg_cursors WHERE is_holdable").await, 0);
        }
    }
    // A cursor that is not held ends with its transaction, beside one that is another's.
    sessions[0].batch_execute("DECLARE held CURSOR WITH HOLD FOR SELECT 5").await.expect("declared");
    let within = "BEGIN; DECLARE held CURSOR FOR SELECT 6; COMMIT";
    sessions[1].batch_execute(within).await.expect("the name is free");
    sessions[1].batch_execute("FETCH held").await.expect_err("it has ended");
    assert_eq!(number(&sessions[0], "FETCH held").await, 5);
    server.close().await;
}

/// A statement is answered on the thread that asks, so that a task that asks in a loop need never wait.
#[tokio::test]
async fn a_loop_of_statements_leaves_other_tasks_their_turn() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&turns);
    tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let mut had = 0;
    for _ in 0..2_000 {
        let before = turns.load(Ordering::Relaxed);
        db.query_one("SELECT 1", &[]).await.expect("it answers");
        had += usize::from(turns.load(Ordering::Relaxed) > before);
    }
    // tokio's budget gives it one in each 128 statements.
    assert!(had >= 10, "another task had a turn in {had} statements");
}
