//! Every write, sync, rename and removal of a small workload fails once: the database opens afterwards, and is as it was
//! before one of its transactions or after it, never in between.
//!
//! Here a sample of them; all with `OMINIPG_FAULTS=all`, as `docs/DURABILITY.md` says.

use std::path::Path;
use std::sync::OnceLock;

use tokio_postgres::{Client, NoTls};

use super::folder::Folder;
use crate::embedded::files::faults::{Fault, Faults};
use crate::embedded::wasi::errno::Errno;
use crate::embedded::{Embedded, Location, Options, Selection};

/// The transactions; number 0 is what the database is made with.
const STEPS: i32 = 4;
/// How many operations of each kind of fault are tried where not all are.
const SAMPLE: u64 = 10;

/// An open database and a client of it.
pub(super) struct Database {
    embedded: Embedded,
    client: Client,
}

impl Database {
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn ending(&self) -> Option<String> {
        self.embedded.ending()
    }

    pub(super) async fn close(self) -> Result<(), crate::Error> {
        self.embedded.close().await
    }
}

async fn open(path: &Path, faults: Faults) -> Result<Database, crate::Error> {
    // Buffers so small that pages are written in the middle of it too.
    open_with(path, Options { shared_buffers: 1 << 20, faults, ..Options::default() }).await
}

pub(super) async fn open_with(path: &Path, options: Options) -> Result<Database, crate::Error> {
    let location = Location::Folder(path.to_owned());
    let embedded = Embedded::open(location, options, Selection::default(), true, None).await?;
    let mut config = tokio_postgres::Config::new();
    config.user("postgres").dbname("postgres");
    let (client, connection) = config.connect_raw(embedded.session(), NoTls).await?;
    tokio::spawn(connection);
    Ok(Database { embedded, client })
}

/// A closed database before the first step.
async fn template() -> &'static Folder {
    static TEMPLATE: OnceLock<Folder> = OnceLock::new();
    static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _making = MAKING.lock().await;
    if let Some(folder) = TEMPLATE.get() {
        return folder;
    }
    let folder = Folder::new();
    let db = open(folder.path(), Faults::default()).await.expect("it opens");
    db.client()
        .batch_execute(
            "CREATE TABLE state (step int); INSERT INTO state VALUES (0);
             CREATE TABLE item (id int PRIMARY KEY, step int, filler text);
             INSERT INTO item SELECT n, 0, repeat('x', 700) FROM generate_series(1, 300) n;
             CREATE INDEX ON item (step); CREATE TABLE made_0 ()",
        )
        .await
        .expect("it is filled");
    db.close().await.expect("it closes");
    TEMPLATE.get_or_init(|| folder)
}

/// Takes the database from one step to the next, in one transaction, and makes a checkpoint now and then.
async fn step(client: &Client, number: i32) -> Result<(), tokio_postgres::Error> {
    let before = number - 1;
    client
        .batch_execute(&format!(
            "BEGIN; UPDATE state SET step = {number};
             UPDATE item SET step = {number}, filler = repeat('{number}', 700);
             CREATE TABLE made_{number} (); DROP TABLE made_{before}; COMMIT"
        ))
        .await
}

/// Runs the workload; tells the last step that was acknowledged.
async fn work(db: &Database) -> Result<(), (i32, tokio_postgres::Error)> {
    for number in 1..=STEPS {
        step(db.client(), number).await.map_err(|error| (number - 1, error))?;
        if number % 2 == 0 {
            db.client().batch_execute("CHECKPOINT").await.map_err(|error| (number, error))?;
        }
    }
    Ok(())
}

/// The step that the whole database is at.
async fn state(client: &Client) -> i32 {
    let sql = "SELECT step, (SELECT array_agg(DISTINCT step) FROM item), (SELECT count(*) FROM item),
        (SELECT count(*) FROM item WHERE filler = CASE step WHEN 0 THEN repeat('x', 700) ELSE repeat(step::text, 700) END),
        (SELECT array_agg(relname::text) FROM pg_class WHERE relname LIKE 'made%') FROM state";
    let row = client.query_one(sql, &[]).await.expect("it answers");
    let step: i32 = row.get(0);
    assert_eq!(row.get::<_, Vec<i32>>(1), [step], "all rows are of one step");
    assert_eq!((row.get::<_, i64>(2), row.get::<_, i64>(3)), (300, 300), "all rows are whole");
    assert_eq!(row.get::<_, Vec<String>>(4), [format!("made_{step}")], "one table is there");
    let by_index = format!("SET enable_seqscan = off; SELECT count(*) FROM item WHERE step = {step}");
    let messages = client.simple_query(&by_index).await.expect("it answers");
    let count = messages.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    assert_eq!(count, Some("300"), "the index knows every row");
    step
}

/// Fails the `at`-th operation; returns whether there was one.
async fn fail(at: u64, fault: Fault) -> bool {
    let folder = template().await.copy();
    let faults = Faults::plan(at, fault);
    let mut acknowledged = 0;
    if let Ok(db) = open(folder.path(), faults.clone()).await {
        acknowledged = match work(&db).await {
            Ok(()) => STEPS,
            Err((step, error)) => {
                let ended = db.client().is_closed();
                assert!(
                    !ended || db.ending().is_some(),
                    "{fault:?} at {at}: it ended without a reason: {error}"
                );
                step
            }
        };
        // The disk may fail at the end just as well.
        let _ = db.close().await;
    }
    let db = open(folder.path(), Faults::plan(0, fault)).await;
    let db = db.unwrap_or_else(|error| panic!("{fault:?} at {at}: it does not open again: {error}"));
    let step = state(db.client()).await;
    db.close().await.expect("it closes");
    assert!(
        step == acknowledged || step == acknowledged + 1,
        "{fault:?} at {at}: {acknowledged} was acknowledged, {step} is there"
    );
    faults.count() >= at
}

#[tokio::test]
async fn a_log_that_cannot_be_written_ends_the_database_and_says_why() {
    for (fault, reason) in [(Errno::IO, "I/O error"), (Errno::NOSPC, "No space left on device")] {
        let folder = template().await.copy();
        let faults = Faults::plan(0, Fault::Error(fault));
        let db = open(folder.path(), faults.clone()).await.expect("it opens");
        // The page is in memory and has room: the next that is written is the log.
        let small = "UPDATE state SET step = 0";
        db.client().batch_execute(small).await.expect("it is written");
        faults.now();
        db.client().batch_execute(small).await.expect_err("its log cannot be written");
        db.client().simple_query("SELECT 1").await.expect_err("it has ended");
        let ending = db.ending().expect("there is a reason");
        assert!(ending.contains("PANIC") && ending.contains(reason), "{ending}");
        db.close().await.expect("the failure has been told");
        let db = open(folder.path(), Faults::default()).await.expect("it recovers");
        assert_eq!(state(db.client()).await, 0);
        db.close().await.expect("it closes");
    }
}

#[tokio::test]
async fn a_close_that_cannot_write_says_so() {
    let folder = template().await.copy();
    let faults = Faults::plan(0, Fault::Dead);
    let db = open(folder.path(), faults.clone()).await.expect("it opens");
    step(db.client(), 1).await.expect("it is committed");
    faults.now();
    let error = db.close().await.expect_err("nothing can be written");
    assert_eq!(error.kind(), crate::ErrorKind::Engine);
    assert!(error.to_string().contains("PANIC"), "{error}");
    let db = open(folder.path(), Faults::default()).await.expect("it recovers");
    assert_eq!(state(db.client()).await, 1);
    db.close().await.expect("it closes");
}

async fn fail_all(fault: Fault) {
    let counted = Faults::plan(0, fault);
    let folder = template().await.copy();
    let db = open(folder.path(), counted.clone()).await.expect("it opens");
    work(&db).await.expect("nothing fails yet");
    db.close().await.expect("it closes");
    let count = counted.count();
    assert!(count > 100, "{count} operations are too few to tell anything");
    let stride = match std::env::var("OMINIPG_FAULTS").as_deref() {
        Ok("all") => 1,
        _ => count / SAMPLE,
    };
    let mut tried = 0;
    // Not one sample is like another's: each fault begins elsewhere.
    let start = 1 + (count / 7 * format!("{fault:?}").len() as u64) % stride;
    for at in (start..=count).step_by(stride as usize) {
        tried += u64::from(fail(at, fault).await);
    }
    println!("{fault:?}: {tried} of {count} operations failed");
}

#[tokio::test]
async fn an_error_of_the_disk_leaves_old_or_new() {
    fail_all(Fault::Error(Errno::IO)).await;
}

#[tokio::test]
async fn a_full_disk_leaves_old_or_new() {
    fail_all(Fault::Error(Errno::NOSPC)).await;
}

#[tokio::test]
async fn a_short_write_leaves_old_or_new() {
    fail_all(Fault::Short).await;
}

#[tokio::test]
async fn an_end_at_any_operation_leaves_old_or_new() {
    fail_all(Fault::Dead).await;
}

#[tokio::test]
async fn a_power_cut_at_any_operation_leaves_old_or_new() {
    fail_all(Fault::PowerCut).await;
}

#[tokio::test]
async fn a_power_cut_that_leaves_some_writes_leaves_old_or_new() {
    fail_all(Fault::TornPowerCut).await;
}
