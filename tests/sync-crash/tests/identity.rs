//! Folders that are copied, and servers that are set back: it is noticed, and nothing is lost.

use std::path::Path;

use ominipg::Ominipg;
use ominipg_test_sync_crash::{Place, copy, open, scratch, small};

/// A copy of a folder, which goes with it.
struct Copied(std::path::PathBuf);

impl Copied {
    fn of(from: &Path) -> Self {
        let to = scratch();
        copy(from, &to);
        Self(to)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Appends rows from one number to another, a sync each, or one in the end.
async fn append(db: &Ominipg, source: &str, ops: std::ops::RangeInclusive<i64>) {
    for op in ops {
        db.execute("INSERT INTO probe_append VALUES ($1, $2)", &[&op, &source]).await.unwrap();
        db.sync().await.unwrap();
    }
}

/// The rows of a source that a database has.
async fn count(db: &Ominipg, source: &str) -> i64 {
    db.query_one("SELECT count(*) FROM probe_append WHERE source = $1", &[&source]).await.unwrap().get(0)
}

async fn arrivals(db: &Ominipg) -> (i64, i64) {
    let row = db.query_one("SELECT count(*), count(DISTINCT op) FROM arrivals", &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_restored_goes_on_under_another_name() {
    let Some(place) = Place::new().await else { return };
    let db = place.open().await;
    append(&db, "first", 1..=100).await;
    db.close().await.unwrap();
    let kept = Copied::of(&place.folder);
    let db = place.open().await;
    append(&db, "second", 101..=200).await;
    let name = db.sync_status().await.unwrap().replica;
    db.close().await.unwrap();
    copy(&kept.0, &place.folder);
    let db = place.open().await;
    db.execute("INSERT INTO probe_append VALUES (1001, 'third')", &[]).await.unwrap();
    let report = db.sync().await.unwrap();
    assert!(report.renamed, "{report:?}");
    append(&db, "third", 1002..=1050).await;
    assert_ne!(db.sync_status().await.unwrap().replica, name);
    for (source, rows) in [("first", 100), ("second", 100), ("third", 50)] {
        assert_eq!(count(&place.direct, source).await, rows, "{source}");
    }
    assert_eq!(arrivals(&place.direct).await, (250, 250), "each arrived once");
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_copies_of_a_folder_go_on_side_by_side() {
    let Some(place) = Place::new().await else { return };
    let db = place.open().await;
    append(&db, "before", 1..=10).await;
    // What both have and neither has sent yet is sent once.
    db.execute("INSERT INTO probe_append VALUES (11, 'before')", &[]).await.unwrap();
    db.close().await.unwrap();
    let twin = Copied::of(&place.folder);
    let (one, other) = (place.open().await, open(&twin.0, &place.url()).await.unwrap());
    let both = async {
        tokio::join!(append(&one, "one", 1001..=1040), append(&other, "other", 2001..=2040));
    };
    both.await;
    for (source, rows) in [("before", 11), ("one", 40), ("other", 40)] {
        assert_eq!(count(&place.direct, source).await, rows, "{source}");
    }
    assert_eq!(arrivals(&place.direct).await, (91, 91), "each arrived once");
    let names = [&one, &other].map(|db| async move { db.sync_status().await.unwrap().replica });
    let [one_name, other_name] = names;
    assert_ne!(one_name.await, other_name.await);
    one.close().await.unwrap();
    other.close().await.unwrap();
}

/// Makes the server what it was when a database was kept as a template.
async fn set_back(place: &mut Place) {
    place.direct.close().await.unwrap();
    place.proxy.cut();
    let admin = Ominipg::connect(place.server.url().replace("/postgres?", "/template1?")).await.unwrap();
    admin
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('postgres', 'kept')",
        )
        .await
        .unwrap();
    admin.batch_execute("DROP DATABASE postgres WITH (FORCE)").await.unwrap();
    admin.batch_execute("CREATE DATABASE postgres TEMPLATE kept").await.unwrap();
    admin.close().await.unwrap();
    place.direct = Ominipg::connect(place.server.url()).await.unwrap();
}

/// Keeps the server's database as it is.
async fn keep(place: &mut Place) {
    place.direct.close().await.unwrap();
    place.proxy.cut();
    let admin = Ominipg::connect(place.server.url().replace("/postgres?", "/template1?")).await.unwrap();
    admin
        .batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
        .await
        .unwrap();
    // The connections end a moment later.
    while admin.batch_execute("CREATE DATABASE kept TEMPLATE postgres").await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    admin.close().await.unwrap();
    place.direct = Ominipg::connect(place.server.url()).await.unwrap();
}

async fn same_everywhere(db: &Ominipg, server: &Ominipg) {
    for table in ["probe_append", "notes", "probe_counter"] {
        let sql = format!("SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM {table} t");
        let here: String = db.query_one(&sql, &[]).await.unwrap().get(0);
        let there: String = server.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(here, there, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_set_back_gets_what_it_lost() {
    let Some(mut place) = Place::new().await else { return };
    let db = place.open().await;
    for _ in 0..10 {
        small(&db).await.unwrap();
        db.sync().await.unwrap();
    }
    keep(&mut place).await;
    for at in 0..50 {
        small(&db).await.unwrap();
        if at == 25 {
            db.batch_execute("DELETE FROM notes WHERE id = 50").await.unwrap();
        }
        // The first connection is the one that was ended.
        while db.sync().await.is_err() {}
    }
    set_back(&mut place).await;
    small(&db).await.unwrap();
    let report = loop {
        if let Ok(report) = db.sync().await {
            break report;
        }
    };
    assert!(report.set_back, "{report:?}");
    same_everywhere(&db, &place.direct).await;
    assert_eq!(db.sync().await.unwrap().pushed, 0);
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_set_back_too_far_says_so_and_is_given_all_again() {
    let Some(mut place) = Place::new().await else { return };
    let db = place.open().await;
    small(&db).await.unwrap();
    db.sync().await.unwrap();
    small(&db).await.unwrap();
    db.sync().await.unwrap();
    keep(&mut place).await;
    // More than what is kept here of what was acknowledged.
    for _ in 0..4 {
        db.batch_execute("UPDATE notes SET op = op + 1 FROM generate_series(1, 1)").await.unwrap();
        db.batch_execute(
            "INSERT INTO notes SELECT n, 'many', 0 FROM generate_series(10001, 14000) n; DELETE FROM notes WHERE id > 10000",
        )
        .await
        .unwrap();
        while db.sync().await.is_err() {}
    }
    set_back(&mut place).await;
    small(&db).await.unwrap();
    let error = loop {
        match db.sync().await {
            Err(error) if error.kind() == ominipg::ErrorKind::Sync => break error,
            Err(_) => (),
            Ok(report) => panic!("it was not noticed: {report:?}"),
        }
    };
    assert!(error.to_string().contains("resync"), "{error}");
    assert!(db.sync_status().await.unwrap().queued > 0, "nothing is forgotten");
    db.resync().await.unwrap();
    db.sync().await.unwrap();
    let sql = "SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM notes t";
    let here: String = db.query_one(sql, &[]).await.unwrap().get(0);
    let there: String = place.direct.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(here, there);
    let appended: i64 =
        place.direct.query_one("SELECT count(*) FROM probe_append", &[]).await.unwrap().get(0);
    assert_eq!(appended, 3);
    db.close().await.unwrap();
}
