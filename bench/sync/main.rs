//! What sync costs and how fast it is: the flights of `examples/flights/data`, and as many more of other years, captured in an embedded database and sent to a
//! server.
//!
//! ```sh
//! cargo bench --bench sync
//! cargo bench --bench sync -- --rows 50000
//! ```
//!
//! `OMINIPG_TEST_PG` names the server; else one is started where the machine has PostgreSQL.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use ominipg::{ConnectOptions, Ominipg, SyncTable};

/// The tables of `schemas/flights`, of which `flights` is used.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("schemas/flights");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A transaction of the load has so many rows.
const TRANSACTION: usize = 10_000;
/// So many rows are inserted one by one.
const INSERTS: i16 = 1000;
/// How often one changed row is sent.
const SINGLE: usize = 300;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--rows");
    let rows: usize = arguments.nth(1).map_or(Ok(200_000), |rows| rows.parse())?;
    let lines = lines(rows)?;
    let url = ominipg_test_support::database().await;
    let server = Ominipg::connect(ConnectOptions::new(&url).schema(&db::SCHEMA).create_tables(true)).await?;

    let plain = Folder::new("plain");
    let plain_db =
        Ominipg::connect(ConnectOptions::new(plain.url()).schema(&db::SCHEMA).create_tables(true)).await?;
    let plain_load = load(&plain_db, &lines).await?;
    let plain_single = single_writes(&plain_db).await?;
    plain_db.close().await?;

    let folder = Folder::new("synced");
    let options = ConnectOptions::new(folder.url()).schema(&db::SCHEMA).create_tables(true);
    let synced = Ominipg::connect(options.sync_url(&url).sync_table(SyncTable::new("flights"))).await?;
    let load = load(&synced, &lines).await?;
    let before = resident();
    let started = Instant::now();
    let report = synced.sync().await?;
    let push = started.elapsed();
    let after = resident();
    assert_eq!(report.pushed, rows as u64, "{report:?}");
    let count: i64 = server.query_one("SELECT count(*) FROM flights", &[]).await?.get(0);
    assert_eq!(count, rows as i64);
    let single = single_writes(&synced).await?;
    synced.sync().await?;

    let mut each = Vec::with_capacity(SINGLE);
    for turn in 0..SINGLE {
        change(&synced, turn).await?;
        let started = Instant::now();
        assert_eq!(synced.sync().await?.pushed, 1);
        each.push(started.elapsed());
    }
    each.sort();

    let started = Instant::now();
    synced.batch_execute("UPDATE flights SET dep_delay = coalesce(dep_delay, 0) + 1").await?;
    let update_load = started.elapsed();
    let started = Instant::now();
    let updated = synced.sync().await?.pushed as usize;
    let update = started.elapsed();
    assert_eq!(updated, rows + INSERTS as usize);

    println!("{rows} rows of flights, transactions of {TRANSACTION}");
    println!("push, end to end            {:>10.0} rows/s", per_second(rows, push));
    println!("push of an update of all    {:>10.0} rows/s", per_second(updated, update));
    println!("one changed row, median     {:>10.2} ms", millis(each[SINGLE / 2]));
    println!("one changed row, p99        {:>10.2} ms", millis(each[SINGLE * 99 / 100]));
    println!("load without capture        {:>10.0} rows/s", per_second(rows, plain_load));
    println!(
        "load with capture           {:>10.0} rows/s, {:.2} x the time",
        per_second(rows, load),
        ratio(load, plain_load)
    );
    println!("update of all with capture  {:>10.0} rows/s", per_second(updated, update_load));
    println!(
        "one row with capture        {:>10.1} µs, {:.2} x the {:.1} µs without",
        micros(single),
        ratio(single, plain_single),
        micros(plain_single)
    );
    println!("resident memory             {before:>10} MB before the push, {after} MB after it");
    synced.close().await?;
    Ok(())
}

/// So many rows, in pieces of a transaction each: those of the file, and the same of the years before, until there are enough.
fn lines(rows: usize) -> Result<Vec<String>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/flights/data/flights.csv.gz");
    let read = BufReader::new(GzDecoder::new(File::open(file)?)).lines().skip(1);
    let read: Vec<String> = read.collect::<std::io::Result<_>>()?;
    let (mut pieces, mut year) = (vec![String::new()], 2013);
    for at in 0..rows {
        if at > 0 && at % TRANSACTION == 0 {
            pieces.push(String::new());
        }
        if at > 0 && at % read.len() == 0 {
            year -= 1;
        }
        let piece = pieces.last_mut().ok_or("no piece")?;
        piece.push_str(&read[at % read.len()].replace(",2013-", &format!(",{year}-")));
        piece.push('\n');
    }
    Ok(pieces)
}

async fn load(db: &Ominipg, pieces: &[String]) -> Result<Duration> {
    let started = Instant::now();
    for piece in pieces {
        let mut copy = db.copy_in("COPY flights FROM STDIN (FORMAT csv, NULL 'NA')").await?;
        copy.send(piece.clone()).await?;
        copy.finish().await?;
    }
    Ok(started.elapsed())
}

async fn change(db: &Ominipg, turn: usize) -> Result<()> {
    let sql = "UPDATE flights SET arr_delay = $1 WHERE (time_hour, carrier, flight) IN \
               (SELECT time_hour, carrier, flight FROM flights LIMIT 1)";
    db.execute(sql, &[&(turn as i16)]).await?;
    Ok(())
}

/// The median of an insert of one row.
async fn single_writes(db: &Ominipg) -> Result<Duration> {
    let sql = "INSERT INTO flights SELECT year, month, day, dep_time, sched_dep_time, dep_delay, arr_time, sched_arr_time, \
               arr_delay, carrier, $1::int2, tailnum, origin, dest, air_time, distance, hour, minute, \
               time_hour - interval '100 years' FROM flights LIMIT 1";
    let mut each = Vec::new();
    for turn in 0..INSERTS {
        let started = Instant::now();
        db.execute(sql, &[&turn]).await?;
        each.push(started.elapsed());
    }
    each.sort();
    Ok(each[each.len() / 2])
}

fn per_second(rows: usize, time: Duration) -> f64 {
    rows as f64 / time.as_secs_f64()
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The memory of this process, in megabytes; 0 where it is not told.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// A folder that goes when this does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("ominipg-bench-{name}-{}", std::process::id())))
    }

    fn url(&self) -> String {
        format!("file://{}", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
