//! Statements as a recorder of the crate `metrics` hears of them.

mod recorder;

use std::time::Duration;

use ominipg::{ConnectOptions, Ominipg};

use self::recorder::Recorder;

/// The tables of `schemas/blog`.
mod blog {
    ominipg::ominipg_schema!("../../schemas/blog");
}

use blog::{NewTag, SCHEMA, tags};

/// One test: the recorder is the whole process's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_and_times_statements() {
    let recorder = Recorder::install();
    let db = Ominipg::connect(ConnectOptions::new(":memory:").schema(&SCHEMA).create_tables(true)).await;
    let db = db.expect("it opens");
    assert!(
        recorder.described("ominipg_statements_total") && recorder.described("ominipg_statement_seconds")
    );
    let mode = db.mode().to_string();
    let count = |operation: &str, table: &str, outcome: &str| {
        recorder.count(&format!("operation={operation} table={table} mode={mode} outcome={outcome}"))
    };

    for name in ["a", "b"] {
        tags::create(NewTag::new(name)).run(&db).await.expect("created");
    }
    tags::create(NewTag::new("a")).run(&db).await.expect_err("it is there");
    assert_eq!((count("INSERT", "tags", "ok"), count("INSERT", "tags", "error")), (2, 1));
    let many = (0..2_000).map(|n| NewTag::new(format!("tag {n}")));
    assert_eq!(tags::create_many(many).execute(&db).await.expect("created"), 2_000);
    assert_eq!(count("COPY", "tags", "ok"), 1);
    assert_eq!(tags::find().count(&db).await.expect("counted"), 2_002);
    assert_eq!(count("SELECT", "tags", "ok"), 1);

    db.query("select pg_sleep(0.1)", &[]).await.expect("asked");
    db.query("nonsense'; DROP TABLE tags", &[]).await.expect_err("it is no statement");
    assert_eq!(count("other", "", "error"), 1, "there are only so many series");
    let slow = db.query("SELECT pg_sleep(60)", &[]);
    assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
    assert_eq!(count("SELECT", "", "dropped"), 1);

    let times = recorder.times(&format!("operation=SELECT table= mode={mode}"));
    assert!(times.iter().any(|seconds| (0.1..5.0).contains(seconds)), "{times:?}");
    let inserts = recorder.times(&format!("operation=INSERT table=tags mode={mode}"));
    assert_eq!(inserts.len(), 3);
    assert!(inserts.iter().all(|seconds| *seconds > 0.0 && *seconds < 5.0), "{inserts:?}");
}
