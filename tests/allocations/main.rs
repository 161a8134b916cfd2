//! How often memory is asked for while rows are written and read, as a table:
//!
//! ```sh
//! cargo test --test allocations -- --nocapture
//! ```

use std::alloc::System;

use ominipg::{ConnectOptions, Ominipg};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio_postgres::{NoTls, Row};

use self::db::{NewPlane, Plane, PlaneEngine, PlaneType, planes};

/// The tables of `schemas/flights`, of which `planes` is used: nine columns, three of which are text that each row owns.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("schemas/flights");
}

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The rows of one call, where there are several.
const ROWS: usize = 10_000;

/// The calls of one row each.
const CALLS: usize = 100;

fn plane(number: usize) -> NewPlane {
    let (kind, engine) = (PlaneType::FixedWingMultiEngine, PlaneEngine::TurboFan);
    NewPlane::new(format!("N{number:05}"), kind, "EMBRAER", "EMB-145XR", 2, 55, engine).year(2004)
}

/// Allocations of some work for each of its rows; those that grow what is there already count too.
async fn counted(rows: usize, work: impl AsyncFnOnce()) -> f64 {
    let region = Region::new(ALLOCATOR);
    work().await;
    let change = region.change();
    (change.allocations + change.reallocations) as f64 / rows as f64
}

/// What is counted, and the most that it may be on each of the columns.
const MOST: [(&str, [f64; 2]); 5] = [
    ("create", [45.0, 36.0]),
    ("create_many, rows back", [5.0, 5.0]),
    ("create_many, their number", [0.5, 0.5]),
    ("find, all", [5.0, 5.0]),
    ("by key", [42.0, 34.0]),
];

/// The figures of a database, in the order of [`MOST`].
async fn of_database(db: &Ominipg) -> [f64; 5] {
    // What stays prepared and what is kept between calls is not a row's.
    planes::create_many((0..ROWS).map(plane)).run(db).await.expect("created");
    planes::create_many((0..ROWS).map(|n| plane(ROWS + n))).execute(db).await.expect("created");
    planes::create(plane(50_000)).run(db).await.expect("created");
    planes::by_key("N00001").one(db).await.expect("found");
    planes::delete_all().run(db).await.expect("deleted");

    let new: Vec<NewPlane> = (0..CALLS).map(plane).collect();
    let create = counted(CALLS, async || {
        for new in new {
            planes::create(new).run(db).await.expect("created");
        }
    });
    let create = create.await;
    planes::delete_all().run(db).await.expect("deleted");
    let many = planes::create_many((0..ROWS).map(plane));
    let returned = counted(ROWS, async || assert_eq!(many.run(db).await.expect("created").len(), ROWS)).await;
    planes::delete_all().run(db).await.expect("deleted");
    let many = planes::create_many((0..ROWS).map(plane));
    let copied = counted(ROWS, async || assert_eq!(many.execute(db).await.expect("created"), ROWS as u64));
    let copied = copied.await;
    let all = counted(ROWS, async || assert_eq!(planes::find().all(db).await.expect("found").len(), ROWS));
    let all = all.await;
    let by_key = counted(CALLS, async || {
        for _ in 0..CALLS {
            planes::by_key("N00001").one(db).await.expect("found");
        }
    });
    [create, returned, copied, all, by_key.await]
}

/// Reading by the bare driver, prepared: all rows, and one.
async fn of_driver(url: &str) -> [f64; 2] {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    tokio::spawn(connection);
    let columns = "tailnum, year, type, manufacturer, model, engines, seats, speed, engine";
    let all = client.prepare(&format!("SELECT {columns} FROM planes")).await.expect("prepared");
    let one = client.prepare(&format!("SELECT {columns} FROM planes WHERE tailnum = $1")).await;
    let one = one.expect("prepared");
    // The texts that a row owns.
    let texts = |row: &Row| [0, 3, 4].map(|column| row.get::<_, String>(column));
    let read = counted(ROWS, async || {
        let rows = client.query(&all, &[]).await.expect("found");
        assert_eq!(rows.iter().map(texts).collect::<Vec<_>>().len(), ROWS);
    });
    let read = read.await;
    let by_key = counted(CALLS, async || {
        for _ in 0..CALLS {
            drop(texts(&client.query_one(&one, &[&"N00001"]).await.expect("found")));
        }
    });
    [read, by_key.await]
}

// One thread, so that nothing else asks for memory meanwhile; and one test, for the same reason.
#[tokio::test]
async fn rows_cost_few_allocations() {
    let open = async |url: &str| {
        let options = ConnectOptions::new(url).schema(&db::SCHEMA).create_tables(true);
        Ominipg::connect(options).await.expect("the database opens")
    };
    let embedded = of_database(&open(":memory:").await).await;
    let url = ominipg_test_support::database().await;
    let direct = of_database(&open(&url).await).await;
    let driver = of_driver(&url).await;
    let row: Plane = {
        let db = open(&url).await;
        planes::by_key("N00001").one(&db).await.expect("found")
    };
    let own = counted(1, async || drop(row.clone())).await;

    println!("| allocations a row | ominipg `:memory:` | ominipg direct | bare tokio-postgres |");
    println!("| --- | ---: | ---: | ---: |");
    for (at, (what, _)) in MOST.iter().enumerate() {
        let bare = match at {
            3 => format!("{:.1}", driver[0]),
            4 => format!("{:.1}", driver[1]),
            _ => "–".to_owned(),
        };
        println!("| {what} | {:.1} | {:.1} | {bare} |", embedded[at], direct[at]);
    }
    println!("| the row itself | {own:.1} | {own:.1} | {own:.1} |");
    for (at, (what, most)) in MOST.iter().enumerate() {
        let counted = [embedded[at], direct[at]];
        assert!(counted[0] <= most[0] && counted[1] <= most[1], "{what}: {counted:?}, at most {most:?}");
    }
}
