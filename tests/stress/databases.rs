//! A hundred databases in memory, in one process.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use ominipg::Ominipg;
use ominipg_stress::{Watchdog, is_preparing, prepare, resident, threads};

const DATABASES: usize = 100;

/// The most that one database may take, with the process that holds it, in KiB. It was 36 to 60 MB: files of the cache that
/// were written a moment ago are mapped in larger pieces than are touched, which only the system can say.
const FIRST: u64 = 80 * 1024;
/// The most that each further one may take.
const FURTHER: u64 = 10 * 1024;
/// What may stay behind when all are closed, beside what the first one took: what the allocator keeps for the next.
const KEPT: u64 = 64 * 1024;
/// What may stay behind when as many were opened and closed once more, beside that: nothing is lost each time.
const LOST: u64 = 8 * 1024;

/// What no two databases may have in common.
const IDENTITY: &str = "SELECT gen_random_uuid()::text, random()::text, system_identifier::text, \
     pg_postmaster_start_time()::text FROM pg_control_system()";

async fn open() -> Ominipg {
    let database = Ominipg::connect(":memory:").await.expect("it opens");
    let one = database.query_one("SELECT 1", &[]).await.expect("it answers");
    assert_eq!(one.get::<_, i32>(0), 1);
    database
}

#[tokio::test]
async fn a_hundred_databases() {
    if is_preparing() {
        return open().await.close().await.expect("it closes");
    }
    prepare("a_hundred_databases");
    let _watchdog = Watchdog::new(Duration::from_secs(240), String::new);
    let (empty, start) = (resident(), Instant::now());
    let mut databases = vec![open().await];
    let first = resident();
    // The process keeps some: those of the compiler's pool, and the one that watches all engines.
    let threads_of_the_first = threads();
    for _ in 1..DATABASES {
        databases.push(open().await);
    }
    let (all, opened) = (resident(), start.elapsed());

    let mut seen: [HashSet<String>; 4] = Default::default();
    for database in &databases {
        let row = database.query_one(IDENTITY, &[]).await.expect("it answers");
        for (column, seen) in seen.iter_mut().enumerate() {
            let value: String = row.get(column);
            assert!(seen.insert(value.clone()), "two databases have {value} in column {column}");
        }
    }

    // They are apart: what one has, no other sees.
    databases[0].batch_execute("CREATE TABLE mine ()").await.expect("it is created");
    for database in &databases[1..] {
        let row = database.query_one("SELECT to_regclass('mine') IS NULL", &[]).await.expect("it answers");
        assert!(row.get::<_, bool>(0), "another database's table is seen");
    }

    for database in &databases {
        database.close().await.expect("it closes");
    }
    drop(databases);
    threads_end(threads_of_the_first.as_deref()).await;
    let closed = resident();
    // What the allocator keeps of the first two rounds is enough for a third.
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut databases = Vec::new();
        for _ in 0..DATABASES {
            databases.push(open().await);
        }
        for database in databases {
            database.close().await.expect("it closes");
        }
        kept.push(resident());
    }
    threads_end(threads_of_the_first.as_deref()).await;
    let (second, again) = (kept[0], kept[1]);

    println!("{DATABASES} databases opened in {opened:?}");
    let (Some(empty), Some(first), Some(all), Some(closed), Some(second), Some(again)) =
        (empty, first, all, closed, second, again)
    else {
        return println!("the system tells no memory, so it is not looked at");
    };
    let further = all.saturating_sub(first) / (DATABASES as u64 - 1);
    let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
    println!("resident before: {}", mib(empty));
    println!("with one: {} (at most {})", mib(first), mib(FIRST));
    println!("each further one: {} (at most {})", mib(further), mib(FURTHER));
    println!("all closed: {}; a second time: {}; a third: {}", mib(closed), mib(second), mib(again));
    assert!(first <= FIRST, "one database takes {}", mib(first));
    assert!(further <= FURTHER, "a further database takes {}", mib(further));
    assert!(closed <= first + KEPT, "{} stay when all are closed", mib(closed));
    assert!(again <= second + LOST, "{} stay when as many were opened once more", mib(again));
}

/// Waits until no thread of an engine is left, and no more others than there were with the first.
async fn threads_end(before: Option<&[String]>) {
    let Some(before) = before else { return };
    let engines =
        |threads: &[String]| threads.iter().filter(|name| name.as_str() == "ominipg-engine").count();
    let most = before.len() - engines(before);
    let start = Instant::now();
    loop {
        let now = threads().unwrap_or_default();
        if engines(&now) == 0 && now.len() <= most {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(5), "of {before:?}, and more, these stay: {now:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
