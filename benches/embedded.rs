//! What an application pays for an embedded database, on the tables of `schemas/flights`.
//!
//! ```sh
//! cargo bench --bench embedded
//! ```
//!
//! All calls are made by an async caller and answered by the worker thread.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use ominipg::{ConnectOptions, Ominipg, Type};
use tokio::runtime::Runtime;

use self::db::{NewPlane, PlaneEngine, PlaneType, planes};

/// The tables of `schemas/flights`, of which `planes` is used.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("schemas/flights");
}

/// The rows that are written and read at once.
const ROWS: usize = 10_000;

/// The same, where it is about many.
const MANY_ROWS: usize = 200_000;

fn main() {
    // The engine is compiled here where it is not in the cache yet, and not while a bench runs.
    drop(Database::open());
    divan::main();
}

/// A database in memory and the runtime that its callers are on.
struct Database {
    runtime: Runtime,
    db: Ominipg,
}

impl Database {
    fn open() -> Self {
        let runtime = Runtime::new().expect("the runtime starts");
        let options = ConnectOptions::new(":memory:").schema(&db::SCHEMA).create_tables(true);
        let db = runtime.block_on(Ominipg::connect(options)).expect("the database opens");
        Self { runtime, db }
    }

    fn filled() -> Self {
        let database = Self::open();
        let inserted = database.run(planes::create_many((0..ROWS).map(plane)).execute(&database.db));
        assert_eq!(inserted, ROWS as u64);
        database
    }

    fn run<T>(&self, call: impl Future<Output = Result<T, ominipg::Error>>) -> T {
        self.runtime.block_on(call).expect("the database answers")
    }
}

fn key(number: usize) -> String {
    format!("N{number:05X}")
}

fn plane(number: usize) -> NewPlane {
    NewPlane {
        tailnum: key(number),
        year: (!number.is_multiple_of(50)).then_some(1960 + (number % 54) as i16),
        r#type: PlaneType::FixedWingMultiEngine,
        manufacturer: ["BOEING", "AIRBUS INDUSTRIE", "EMBRAER"][number % 3].to_owned(),
        model: format!("737-{}", number % 400),
        engines: 2,
        seats: 55 + (number % 300) as i16,
        speed: number.is_multiple_of(140).then_some(432),
        engine: [PlaneEngine::TurboFan, PlaneEngine::TurboJet][number % 2],
    }
}

/// A new database until its first answer; closing it is not timed.
#[divan::bench(sample_count = 30, sample_size = 1)]
fn open(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().expect("the runtime starts");
    bencher.bench_local(|| {
        runtime.block_on(async {
            let db = Ominipg::connect(":memory:").await.expect("the database opens");
            let row = db.query_one("SELECT 1", &[]).await.expect("the database answers");
            (row, db)
        })
    });
}

/// The smallest question, prepared by the session's cache at its first call.
#[divan::bench(sample_count = 2_000, sample_size = 1)]
fn select_one(bencher: Bencher<'_, '_>) {
    let database = Database::open();
    bencher.bench_local(|| database.run(database.db.query_one("SELECT 1", &[])));
}

/// One row in a transaction of its own; it comes back as the database has it.
#[divan::bench(sample_count = 2_000, sample_size = 1)]
fn insert(bencher: Bencher<'_, '_>) {
    let database = Database::open();
    let mut numbers = 0..100_000;
    let rows = || numbers.next().map(plane).expect("fewer rows than keys are made");
    bencher.with_inputs(rows).bench_local_values(|row| database.run(planes::create(row).run(&database.db)));
}

/// One row of 10,000 by its key.
#[divan::bench(sample_count = 2_000, sample_size = 1)]
fn select_by_key(bencher: Bencher<'_, '_>) {
    let database = Database::filled();
    // A prime apart, so that neighbours in time are not neighbours in the table.
    let mut numbers = (0..).step_by(7_919);
    let keys = || key(numbers.next().expect("the numbers do not end") % ROWS);
    bencher
        .with_inputs(keys)
        .bench_local_values(|key| database.run(planes::by_key(black_box(key)).one(&database.db)));
}

/// Rows by one typed call, into an empty table.
#[divan::bench(args = [ROWS, MANY_ROWS], sample_count = 20, sample_size = 1)]
fn create_many(bencher: Bencher<'_, '_>, count: usize) {
    let database = Database::open();
    let rows = || {
        database.run(database.db.batch_execute(r#"TRUNCATE "planes""#));
        (0..count).map(plane).collect::<Vec<_>>()
    };
    bencher
        .with_inputs(rows)
        .counter(ItemsCount::new(count))
        .bench_local_values(|rows| database.run(planes::create_many(rows).execute(&database.db)));
}

/// The same rows by COPY in its binary format, unchecked: what is left to win.
#[divan::bench(args = [ROWS, MANY_ROWS], sample_count = 20, sample_size = 1)]
fn copy(bencher: Bencher<'_, '_>, count: usize) {
    let database = Database::open();
    let rows = || {
        database.run(database.db.batch_execute(r#"TRUNCATE "planes""#));
        (0..count).map(plane).collect::<Vec<_>>()
    };
    bencher
        .with_inputs(rows)
        .counter(ItemsCount::new(count))
        .bench_local_values(|rows| database.run(copy_planes(&database.db, rows)));
}

async fn copy_planes(db: &Ominipg, rows: Vec<NewPlane>) -> Result<u64, ominipg::Error> {
    const SQL: &str = "COPY planes (tailnum, year, type, manufacturer, model, engines, seats, speed, engine) \
                       FROM STDIN (FORMAT binary)";
    let types = [
        Type::TEXT,
        Type::INT2,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::INT2,
        Type::INT2,
        Type::INT2,
        Type::TEXT,
    ];
    let mut copy = db.copy_in(SQL).await?.rows(types);
    for row in &rows {
        copy.send(&[
            &row.tailnum,
            &row.year,
            &row.r#type,
            &row.manufacturer,
            &row.model,
            &row.engines,
            &row.seats,
            &row.speed,
            &row.engine,
        ])
        .await?;
    }
    copy.finish().await
}

/// 10,000 rows read into their type.
#[divan::bench(sample_count = 30, sample_size = 1)]
fn find_all(bencher: Bencher<'_, '_>) {
    let database = Database::filled();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| database.run(planes::find().all(&database.db)));
}
