//! A program without an async runtime.

use std::time::Duration;

use ominipg::{ConnectOptions, ErrorKind, blocking};

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("schemas/blog");
}

use blog::{NewUser, SCHEMA, User, users};

fn person(name: &str) -> NewUser {
    NewUser::new(format!("{}@example.com", name.to_lowercase()), name, Vec::new())
}

fn runs(options: ConnectOptions) {
    let db = blocking::Ominipg::connect(options.schema(&SCHEMA).create_tables(true)).expect("it opens");
    let ada = db.wait(users::create(person("Ada")).run(&db)).expect("created");
    let found: Vec<User> = db.wait(users::find().all(&db)).expect("found");
    assert_eq!(found, [ada]);

    let work = db.handle().transact(async |tx| {
        users::create(person("Bob")).run(tx).await?;
        users::find().count(tx).await
    });
    assert_eq!(db.wait(work).expect("committed"), 2);
    let tx = db.wait(db.handle().transaction()).expect("begun");
    db.wait(users::create(person("Cleo")).run(&tx)).expect("created");
    drop(tx);
    assert_eq!(db.wait(users::find().count(&db)).expect("rolled back"), 2);

    let mut rows = db.wait(db.handle().query_stream("SELECT generate_series(1, 3000)", &[])).expect("begun");
    let mut sum = 0;
    while let Some(row) = db.wait(rows.next()) {
        sum += row.expect("a row").get::<_, i32>(0);
    }
    drop(rows);
    assert_eq!(sum, 4_501_500);

    let quick = db.handle().with_timeout(Duration::from_millis(200));
    let late = db.wait(quick.query("SELECT pg_sleep(60)", &[])).expect_err("it takes too long");
    assert_eq!(late.kind(), ErrorKind::Timeout);

    // From several threads, whose calls wait for each other.
    std::thread::scope(|scope| {
        for n in 0..4 {
            let db = db.clone();
            scope.spawn(move || db.wait(users::create(person(&format!("T{n}"))).run(&db)).expect("created"));
        }
    });
    assert_eq!(db.wait(users::find().count(&db)).expect("counted"), 6);
    // Where a runtime runs already, it only waits.
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let count = runtime.block_on(async { db.wait(users::find().count(&db)) });
    assert_eq!(count.expect("counted"), 6);
    db.close().expect("closed");
    let refused = db.wait(users::find().count(&db)).expect_err("it is closed");
    assert_eq!(refused.kind(), ErrorKind::Closed);
}

#[test]
fn in_memory() {
    runs(ConnectOptions::new(":memory:"));
    runs(ConnectOptions::new(":memory:").use_worker(false));
}

#[test]
fn on_a_server() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let connections = ominipg_test_support::connections();
    for worker in [false, true] {
        let url = runtime.block_on(ominipg_test_support::database());
        runs(ConnectOptions::new(url).use_worker(worker).max_connections(connections));
    }
}
