//! Migrations run once, whole, and one process at a time.

use ominipg::{ErrorKind, Ominipg};
use ominipg_test_support::{database, takes_connections};

use crate::place::{count, memory, migrations, server};
use crate::{MIGRATIONS, notes};

#[tokio::test]
async fn each_runs_once_on_every_kind_of_database() {
    for db in [memory().await, server().await] {
        assert_eq!(db.migrate(&MIGRATIONS).await.expect("they run"), ["0001_init", "0002_kinds"]);
        assert_eq!(db.migrate(&MIGRATIONS).await.expect("nothing is to run"), Vec::<String>::new());
        db.verify_schema(&notes::SCHEMA).await.expect("it is what the schema says");
        let status = db.migration_status(&MIGRATIONS).await.expect("it is told");
        assert_eq!(status.applied.iter().map(|ran| ran.number).collect::<Vec<_>>(), [1, 2]);
        assert!(status.pending.is_empty() && status.problems.is_empty());
        assert_eq!(status.applied[0].checksum.len(), 64);
    }
}

#[tokio::test]
async fn one_that_fails_leaves_nothing_and_is_named() {
    let db = memory().await;
    let all = migrations(&[
        ("0001_a", "CREATE TABLE a (id int4)"),
        ("0002_b", "CREATE TABLE b (id int4); SELECT 1 / 0"),
    ]);
    let error = db.migrate(&all).await.expect_err("it divides by zero");
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(error.to_string().contains("the migration 0002_b: division by zero"), "{error}");
    assert_eq!(count(&db, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await, 1);
    assert_eq!(count(&db, "SELECT count(*) FROM ominipg.migrations").await, 1);
    let mended =
        migrations(&[("0001_a", "CREATE TABLE a (id int4)"), ("0002_b", "CREATE TABLE b (id int4)")]);
    assert_eq!(db.migrate(&mended).await.expect("it runs now"), ["0002_b"]);
}

#[tokio::test]
async fn one_that_ends_its_transaction_is_told() {
    for sql in ["CREATE TABLE a (id int4); COMMIT; CREATE TABLE b (id int4)", "COMMIT; BEGIN", "BEGIN"] {
        let db = memory().await;
        let error = db.migrate(&migrations(&[("0001_a", sql)])).await.expect_err("it ends the transaction");
        assert!(
            matches!(error.kind(), ErrorKind::Migration | ErrorKind::Transaction),
            "{sql}: {:?} {error}",
            error.kind()
        );
        assert_eq!(count(&db, "SELECT 1::int8").await, 1, "{sql}: it goes on");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_start_together_wait_for_each_other() {
    if !takes_connections(4) {
        return;
    }
    let url = database().await;
    let sql = "SELECT pg_sleep(0.05); INSERT INTO ran SELECT count(*) FROM ran";
    let all = migrations(&[
        ("0001_a", "CREATE TABLE ran (n int8)"),
        ("0002_b", sql),
        ("0003_c", sql),
        ("0004_d", sql),
    ]);
    let one = |url: String, all: ominipg::Migrations| async move {
        let db = Ominipg::connect(url).await.expect("it opens");
        db.migrate(&all).await.expect("they run").len()
    };
    let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(one(url.clone(), all.clone()))).collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("it ends");
    }
    assert_eq!(done, 4, "each ran once");
    let db = Ominipg::connect(url).await.expect("it opens");
    assert_eq!(count(&db, "SELECT count(*) FROM ran").await, 3);

    let (db, other) = (memory().await, migrations(&[("0001_a", "CREATE TABLE ran (n int8)")]));
    let (a, b) = tokio::join!(db.migrate(&other), db.migrate(&other));
    assert_eq!(a.expect("it runs").len() + b.expect("it runs").len(), 1);
}
