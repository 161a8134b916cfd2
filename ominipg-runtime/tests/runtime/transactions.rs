//! Transactions on a pool.

use ominipg_test_support::takes_connections;
use std::time::Duration;

use crate::blog::{NewUser, users};
use crate::connect::blog_database;

fn ada() -> NewUser {
    NewUser::new("ada@example.com", "Ada")
}

#[tokio::test]
async fn commit_rollback_and_drop() {
    if !takes_connections(2) {
        return;
    }
    let db = blog_database().await;
    let tx = db.transaction().await.unwrap();
    users::create(ada()).run(&tx).await.unwrap();
    assert_eq!(users::find().count(&tx).await.unwrap(), 1);
    assert_eq!(users::find().count(&db).await.unwrap(), 0);
    tx.rollback().await.unwrap();
    assert_eq!(users::find().count(&db).await.unwrap(), 0);

    for _ in 0..20 {
        let tx = db.transaction().await.unwrap();
        users::create(ada()).run(&tx).await.unwrap();
        drop(tx);
        let open = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()";
        assert_eq!(users::find().count(&db).await.unwrap(), 0);
        let row = db.query_one(open, &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 0);
    }

    let tx = db.transaction().await.unwrap();
    users::create(ada()).run(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
}

#[tokio::test]
async fn a_failed_statement_is_not_committed_silently() {
    let db = blog_database().await;
    let tx = db.transaction().await.unwrap();
    users::create(ada()).run(&tx).await.unwrap();
    assert!(users::create(ada()).run(&tx).await.unwrap_err().is_unique_violation());
    assert_eq!(users::find().count(&tx).await.unwrap_err().code().unwrap().code(), "25P02");
    let error = tx.commit().await.unwrap_err();
    assert!(error.to_string().contains("rolled back"), "{error}");
    assert_eq!(users::find().count(&db).await.unwrap(), 0);

    let tx = db.transaction().await.unwrap();
    tx.batch_execute("SAVEPOINT s").await.unwrap();
    tx.execute("SELECT 1/0", &[]).await.unwrap_err();
    tx.batch_execute("ROLLBACK TO s").await.unwrap();
    users::create(ada()).run(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(users::find().count(&db).await.unwrap(), 1);
}

#[tokio::test]
async fn a_caller_who_stops_waiting_leaves_the_pool_clean() {
    if !takes_connections(2) {
        return;
    }
    let db = blog_database().await;
    for _ in 0..8 {
        let tx = db.transaction().await.unwrap();
        users::create(ada()).run(&tx).await.unwrap();
        let slow = tx.execute("SELECT pg_sleep(60)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
        drop(tx);
        let slow = db.execute("SELECT pg_sleep(60)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
    }
    let start = std::time::Instant::now();
    assert_eq!(users::find().count(&db).await.unwrap(), 0);
    users::create(ada()).run(&db).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // The abandoned statements are stopped, not left to run.
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' \
                   AND datname = current_database() AND pid <> pg_backend_pid()";
    for attempt in 0.. {
        let row = db.query_one(running, &[]).await.unwrap();
        if row.get::<_, i64>(0) == 0 {
            break;
        }
        assert!(attempt < 100, "statements are still running");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
