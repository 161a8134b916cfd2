//! The write-ahead log: how far it grows, and when it is on disk.

use std::path::Path;
use std::time::{Duration, Instant};

use ominipg::{ConnectOptions, Ominipg};

use crate::folder::Folder;

/// What the log's files take, in bytes.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder.join("cluster/pg_wal")).expect("it is read").flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(|found| found.is_file())
        .map(|found| found.len())
        .sum()
}

/// Whether the log's files hold some bytes.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder.join("cluster/pg_wal")).expect("it is read").flatten();
    // The search of the standard library is fast without optimisation too: the moment is short.
    entries
        .filter_map(|entry| std::fs::read(entry.path()).ok())
        .any(|file| String::from_utf8_lossy(&file).contains(text))
}

#[tokio::test]
async fn stays_as_small_as_it_was_asked_to() {
    const MOST: u64 = 8 << 20;
    let folder = Folder::new();
    let db = Ominipg::connect(ConnectOptions::new(folder.url()).max_wal_size(MOST)).await.expect("it opens");
    db.batch_execute("CREATE TABLE t (n int, filler text)").await.expect("it is created");
    let mut largest = 0;
    for _ in 0..40 {
        let sql = "INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 1000) n";
        db.execute(sql, &[]).await.expect("it is filled");
        largest = largest.max(size(folder.path()));
    }
    let written = "SELECT pg_current_wal_insert_lsn() > '0/3000000'";
    assert!(db.query_one(written, &[]).await.expect("it answers").get::<_, bool>(0), "that was too little");
    // What one statement writes comes on top, since a checkpoint waits for its end.
    assert!(largest <= MOST + (2 << 20), "{largest} bytes");
}

#[tokio::test]
async fn of_a_relaxed_commit_is_on_disk_in_a_moment_and_not_before() {
    let folder = Folder::new();
    let options = ConnectOptions::new(folder.url()).relaxed_durability(true);
    let db = Ominipg::connect(options).await.expect("it opens");
    db.batch_execute("CREATE TABLE t (filler text)").await.expect("it is created");
    let (mut kept_back, mut attempt) = (false, 0);
    // A busy machine may look only after the moment has passed: one look in time is enough.
    while !kept_back && attempt < 100 {
        attempt += 1;
        let marker = format!("marker-{attempt}.");
        // Where the border of a page cuts one, it does not cut the other.
        let twice = marker.repeat(2);
        let start = Instant::now();
        db.execute("INSERT INTO t VALUES ($1)", &[&twice]).await.expect("it is committed");
        kept_back |= !holds(folder.path(), &marker);
        // Nobody asks anything meanwhile: the host comes for it by itself.
        while !holds(folder.path(), &marker) {
            assert!(start.elapsed() < Duration::from_secs(20), "nobody wrote it");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    assert!(kept_back, "every commit was written at once");
}
