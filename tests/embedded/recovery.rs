//! Commits survive the death of the process.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use ominipg::{ErrorKind, Ominipg};

use crate::folder::Folder;

/// Tells the child which database to write to.
const URL: &str = "OMINIPG_RECOVERY_URL";
/// The same, for the child that uses a sequence.
const SEQUENCE_URL: &str = "OMINIPG_RECOVERY_SEQUENCE_URL";

/// Not a test by itself: writes rows, one commit each, and tells each that was acknowledged, until it is killed.
#[tokio::test]
async fn writes_until_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let db = Ominipg::connect(url).await.expect("it opens");
    db.batch_execute("CREATE TABLE IF NOT EXISTS probe (id int PRIMARY KEY, filler text)")
        .await
        .expect("created");
    let start: i32 = db.query_one("SELECT coalesce(max(id), 0) FROM probe", &[]).await.expect("asked").get(0);
    for id in start + 1.. {
        db.execute("INSERT INTO probe VALUES ($1, repeat('x', 500))", &[&id]).await.expect("inserted");
        println!("\nacknowledged {id}");
    }
}

#[tokio::test]
async fn every_acknowledged_commit_is_there_after_a_kill() {
    let folder = Folder::new();
    let mut acknowledged = 0;
    for _ in 0..5 {
        let mut child = Command::new(std::env::current_exe().expect("this is a program"))
            .args(["--exact", "recovery::writes_until_killed", "--nocapture"])
            .env(URL, folder.url())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the child starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let last = acknowledged;
        while acknowledged < last + 50 {
            let line = lines.next().expect("the child goes on").expect("it is text");
            if let Some(id) = line.strip_prefix("acknowledged ") {
                acknowledged = id.parse().expect("it is a number");
            }
        }
        let refused = Ominipg::connect(folder.url()).await.expect_err("the child has it");
        assert_eq!(refused.kind(), ErrorKind::Locked);
        assert!(refused.to_string().contains(&format!("open in process {};", child.id())), "{refused}");
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");

        let db =
            Ominipg::connect(folder.url()).await.expect("the lock of the dead is free, the cluster recovers");
        let row = db.query_one("SELECT count(*), coalesce(max(id), 0) FROM probe", &[]).await.expect("asked");
        let (count, max): (i64, i32) = (row.get(0), row.get(1));
        assert_eq!(count, i64::from(max), "no row is missing");
        assert!(max >= acknowledged, "{acknowledged} was acknowledged, {max} is there");
        db.close().await.expect("it closes");
    }
}

/// Not a test by itself: makes a sequence and uses it in the same transaction, goes on with it, and waits to be killed.
#[tokio::test]
async fn draws_numbers_until_killed() {
    let Ok(url) = std::env::var(SEQUENCE_URL) else { return };
    let db = Ominipg::connect(url).await.expect("it opens");
    db.batch_execute(
        "BEGIN; CREATE TABLE drawn (id bigserial PRIMARY KEY); INSERT INTO drawn DEFAULT VALUES; COMMIT",
    )
    .await
    .expect("created");
    db.batch_execute("INSERT INTO drawn DEFAULT VALUES").await.expect("inserted");
    println!("\nacknowledged 2");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

#[tokio::test]
async fn a_sequence_gives_no_number_again_after_a_kill() {
    let folder = Folder::new();
    let mut child = Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", "recovery::draws_numbers_until_killed", "--nocapture"])
        .env(SEQUENCE_URL, folder.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "acknowledged 2"), "the child wrote");
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    let db = Ominipg::connect(folder.url()).await.expect("the cluster recovers");
    db.batch_execute("INSERT INTO drawn DEFAULT VALUES").await.expect("the number is a new one");
    db.close().await.expect("it closes");
}
