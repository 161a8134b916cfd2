//! Results and COPYs that are larger than memory, taken and given slowly: what is kept of them does not grow.

use std::time::{Duration, Instant};

use ominipg::{ConnectOptions, Ominipg};
use ominipg_stress::{is_preparing, number, prepare, resident};

/// In KiB.
const MOST: u64 = 64 * 1024;

/// How the memory grew.
struct Memory {
    start: u64,
    most: u64,
}

impl Memory {
    fn new() -> Self {
        let start = resident().unwrap_or_default();
        Self { start, most: start }
    }

    fn look(&mut self) {
        self.most = self.most.max(resident().unwrap_or_default());
    }

    fn grew(&self) -> u64 {
        self.most - self.start
    }
}

/// A reader that rests at times.
async fn rest(count: u64, memory: &mut Memory) {
    if count == 1 {
        // Long enough for PostgreSQL to make all of it, if nothing held it.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    if count % 50_000 == 1 {
        memory.look();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn warmed_up(options: ConnectOptions) -> Ominipg {
    let db = Ominipg::connect(options).await.expect("the database opens");
    db.batch_execute("CREATE TABLE t (n int4, t text)").await.expect("created");
    let mut rows = db.query_stream("SELECT generate_series(1, 10000)", &[]).await.expect("begun");
    while let Some(row) = rows.next().await {
        row.expect("a row");
    }
    db
}

async fn moves_much(name: &str, options: ConnectOptions, series: &str) {
    let rows = number("OMINIPG_STRESS_ROWS").unwrap_or(2_000_000);
    let db = warmed_up(options).await;
    let sql = series.replace('$', &rows.to_string());
    let report = |what: &str, bytes: u64, since: Instant, memory: &Memory| {
        let (mib, grew) = (bytes >> 20, memory.grew() >> 10);
        println!("{name}: {what}: {mib} MiB in {:?}, memory grew by {grew} MiB", since.elapsed());
        assert!(memory.grew() < MOST, "{name}: {what}");
    };

    let (mut memory, since, mut count, mut bytes) = (Memory::new(), Instant::now(), 0, 0);
    let mut stream = db.query_stream(&sql, &[]).await.expect("begun");
    while let Some(row) = stream.next().await {
        count += 1;
        bytes += row.expect("a row").raw_size_bytes() as u64;
        rest(count, &mut memory).await;
    }
    memory.look();
    assert_eq!(count, rows);
    report("rows", bytes, since, &memory);

    let (mut memory, since, mut count, mut bytes) = (Memory::new(), Instant::now(), 0, 0);
    let mut copy = db.copy_out(&format!("COPY ({sql}) TO STDOUT")).await.expect("begun");
    while let Some(line) = copy.next().await {
        count += 1;
        bytes += line.expect("a line").len() as u64;
        rest(count, &mut memory).await;
    }
    memory.look();
    assert_eq!(count, rows);
    report("COPY out", bytes, since, &memory);

    let (mut memory, since, mut bytes) = (Memory::new(), Instant::now(), 0);
    let mut copy = db.copy_in("COPY t FROM STDIN WHERE n < 0").await.expect("begun");
    let lines = format!("1\t{}\n", "x".repeat(100)).repeat(10_000);
    for _ in 0..rows / 10_000 {
        copy.send(lines.clone()).await.expect("sent");
        bytes += lines.len() as u64;
        memory.look();
    }
    assert_eq!(copy.finish().await.expect("finished"), 0);
    report("COPY in", bytes, since, &memory);
    db.close().await.expect("closed");
}

/// Made as they are asked for: PostgreSQL keeps the rows of a function in FROM in a temporary file, and those of a
/// database in memory are memory.
const AS_THEY_COME: &str = "SELECT generate_series(1, $), repeat('x', 100)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_flat_while_much_goes_by() {
    if is_preparing() {
        let db = Ominipg::connect(":memory:").await.expect("it opens");
        return db.close().await.expect("it closes");
    }
    prepare("memory_stays_flat_while_much_goes_by");
    moves_much(":memory:", ConnectOptions::new(":memory:"), AS_THEY_COME).await;
    let alone = ConnectOptions::new(":memory:").use_worker(false);
    moves_much(":memory:, on the caller's thread", alone, AS_THEY_COME).await;
    let folder = std::env::temp_dir().join(format!("ominipg-stress-streams-{}", std::process::id()));
    let from = "SELECT n, repeat('x', 100) FROM generate_series(1, $) n";
    moves_much("file://", ConnectOptions::new(format!("file://{}", folder.display())), from).await;
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    if ominipg_test_support::takes_connections(2) {
        let server = || async { ConnectOptions::new(ominipg_test_support::database().await) };
        moves_much("a server", server().await, from).await;
        moves_much("a server, with a worker", server().await.use_worker(true), from).await;
    }
}
