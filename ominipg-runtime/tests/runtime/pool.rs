//! The pool of connections.

use std::time::Duration;

use ominipg_runtime::{ConnectOptions, ErrorKind, Ominipg, Transaction};
use ominipg_test_support::{Proxy, database, takes_connections};

async fn small(url: &str) -> Ominipg {
    let options = ConnectOptions::new(url).max_connections(2).busy_timeout(Duration::from_millis(200));
    Ominipg::connect(options).await.unwrap()
}

#[tokio::test]
async fn waits_for_a_free_connection_and_says_so() {
    if !takes_connections(2) {
        return;
    }
    let db = small(&database().await).await;
    let (first, second) = (db.transaction().await.unwrap(), db.transaction().await.unwrap());
    let error = db.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.to_string().contains("all 2 connections"), "{error}");
    drop(first);
    db.query("SELECT 1", &[]).await.unwrap();
    second.commit().await.unwrap();
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    if !takes_connections(2) {
        return;
    }
    let db = small(&database().await).await;
    let kill = "SELECT pg_terminate_backend(pg_backend_pid())";
    for _ in 0..3 {
        db.query(kill, &[]).await.unwrap_err();
        // The news of the end may come after the connection is back in the pool.
        tokio::time::sleep(Duration::from_millis(20)).await;
        db.query("SELECT 1", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_was_not_waited_for_leaves_its_place() {
    let url = database().await;
    let server = url.split('@').nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    let proxy = Proxy::start(server).await.unwrap();
    let options = ConnectOptions::new(proxy.url(&url, server)).max_connections(1);
    let db = Ominipg::connect(options).await.unwrap();
    let pool = async || db.diagnostics().await.pool.unwrap();

    // The news of the end may come later than the next call.
    let refused = async |db: &Ominipg| loop {
        let error = db.query("SELECT 1", &[]).await.unwrap_err();
        if error.kind() != ErrorKind::Connection {
            return error;
        }
    };

    proxy.cut();
    proxy.black_hole();
    let error = refused(&db.with_timeout(Duration::from_millis(100))).await;
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.to_string().contains("the server has not answered 1 of at most 1 yet"), "{error}");
    assert_eq!(pool().await.size, 0);
    proxy.heal();
    db.query("SELECT 1", &[]).await.unwrap();
    assert_eq!(pool().await.size, 1);

    // Nor is it lost where no connection can be made.
    proxy.cut();
    proxy.refuse(true);
    assert_eq!(refused(&db).await.kind(), ErrorKind::Connect);
    assert_eq!(pool().await.size, 0);
    proxy.heal();
    db.query("SELECT 1", &[]).await.unwrap();
    assert_eq!(pool().await.size, 1);
}

#[tokio::test]
async fn one_that_was_silent_since_another_broke_is_asked_and_replaced() {
    if !takes_connections(2) {
        return;
    }
    let url = database().await;
    let server = url.split('@').nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    let proxy = Proxy::start(server).await.unwrap();
    let options = ConnectOptions::new(proxy.url(&url, server)).max_connections(2);
    let db = Ominipg::connect(options.connect_timeout(Duration::from_secs(1))).await.unwrap();
    let pid = async |tx: &Transaction| -> i32 {
        tx.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0)
    };
    let (silent, ended) = (db.transaction().await.unwrap(), db.transaction().await.unwrap());
    let before = pid(&silent).await;
    ended.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await.unwrap_err();
    silent.commit().await.unwrap();
    drop(ended);

    // The network swallows the question, and lets new connections pass.
    proxy.black_hole();
    let healed = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        proxy.heal_for_others();
    };
    let begun = tokio::time::timeout(Duration::from_secs(10), db.transaction());
    let (begun, ()) = tokio::join!(begun, healed);
    let tx = begun.expect("nobody waits for one that does not answer").unwrap();
    assert_ne!(pid(&tx).await, before);
    tx.commit().await.unwrap();
    let pool = db.diagnostics().await.pool.unwrap();
    assert_eq!((pool.size, pool.available), (1, 1));
}

#[tokio::test]
async fn close_ends_every_clone() {
    let db = small(&database().await).await;
    let (clone, tx) = (db.clone(), db.transaction().await.unwrap());
    db.close().await.unwrap();
    for kind in [
        clone.query("SELECT 1", &[]).await.unwrap_err().kind(),
        clone.execute("SELECT 1", &[]).await.unwrap_err().kind(),
        clone.batch_execute("SELECT 1").await.unwrap_err().kind(),
        clone.transaction().await.err().unwrap().kind(),
    ] {
        assert_eq!(kind, ErrorKind::Closed);
    }
    clone.close().await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_last_handle_ends_the_connections() {
    if !takes_connections(2) {
        return;
    }
    let url = database().await;
    let watcher = small(&url).await;
    let db = small(&url).await;
    let pid: i32 = db.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    drop(db.clone());
    db.query("SELECT 1", &[]).await.unwrap();
    drop(db);
    for attempt in 0.. {
        let alive =
            watcher.query_opt("SELECT 1 FROM pg_stat_activity WHERE pid = $1", &[&pid]).await.unwrap();
        if alive.is_none() {
            break;
        }
        assert!(attempt < 100, "the connection is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
