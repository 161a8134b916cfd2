//! The limit of PostgreSQL's memory.

use ominipg::{ConnectOptions, ErrorKind, Ominipg};

const MB: u64 = 1 << 20;

#[tokio::test]
async fn that_runs_out_is_an_error_of_its_statement() {
    let options = ConnectOptions::new(":memory:").memory_limit(128 * MB).shared_buffers(16 * MB);
    let db = Ominipg::connect(options).await.expect("it opens");
    db.batch_execute("CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n").await.expect("created");
    for _ in 0..3 {
        let sql = "SELECT length(string_agg(repeat('x', 1000000), '')) FROM generate_series(1, 200)";
        let error = db.query(sql, &[]).await.expect_err("there is not so much");
        assert_eq!(error.code().map(|code| code.code()), Some("53200"), "{error}");
        let count: i64 = db.query_one("SELECT count(*) FROM t", &[]).await.expect("it lives on").get(0);
        assert_eq!(count, 1000);
    }
}

#[tokio::test]
async fn is_enough_at_its_least() {
    let options = ConnectOptions::new(":memory:").memory_limit(96 * MB);
    let db = Ominipg::connect(options).await.expect("it opens");
    db.batch_execute(
        "CREATE EXTENSION IF NOT EXISTS plpgsql;
         CREATE TABLE t AS SELECT n, repeat('x', 100) AS filler FROM generate_series(1, 20000) n;
         CREATE INDEX ON t (n); ANALYZE t; DO 'BEGIN PERFORM count(*) FROM t a JOIN t b USING (n); END'",
    )
    .await
    .expect("that is little");
    let largest = ConnectOptions::new(":memory:").shared_buffers(1024 * MB).memory_limit(1104 * MB);
    let db = Ominipg::connect(largest).await.expect("it opens");
    let row = db.query_one("SHOW shared_buffers", &[]).await.expect("it answers");
    assert_eq!(row.get::<_, String>(0), "1GB");
}

#[tokio::test]
async fn options_out_of_bounds_are_named() {
    for (options, part) in [
        (
            ConnectOptions::new(":memory:").memory_limit(MB),
            "`memory_limit` is 1048576 bytes: it must be from",
        ),
        (
            ConnectOptions::new(":memory:").shared_buffers(8192),
            "`shared_buffers` is 8192 bytes: it must be from",
        ),
        (ConnectOptions::new(":memory:").max_wal_size(0), "`max_wal_size` is 0 bytes: it must be from"),
        (ConnectOptions::new(":memory:").memory_limit(128 * MB).shared_buffers(64 * MB), "has no room for"),
    ] {
        let refused = Ominipg::connect(options).await.expect_err(part);
        assert_eq!(refused.kind(), ErrorKind::Options);
        assert!(refused.to_string().contains(part), "{refused}");
    }
}
