//! PostgreSQL inside the process.

use std::time::Duration;

use ominipg::{ConnectOptions, ErrorKind, Ominipg};

async fn open() -> Ominipg {
    Ominipg::connect(":memory:").await.expect("it opens")
}

async fn text(db: &Ominipg, sql: &str) -> String {
    db.query_one(sql, &[]).await.expect("it answers").get(0)
}

#[tokio::test]
async fn is_version_18_with_a_whole_catalog() {
    let db = open().await;
    assert!(text(&db, "SHOW server_version").await.starts_with("18."));
    assert_eq!(
        text(&db, "SELECT datname::text FROM pg_database WHERE datistemplate ORDER BY 1 LIMIT 1").await,
        "template0"
    );
    let comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'template0'";
    assert_eq!(text(&db, comment).await, "unmodifiable empty database");
    let counts = "SELECT (SELECT count(*) FROM pg_init_privs) > 100, (SELECT count(*) FROM information_schema.sql_features) > 500,
        (SELECT count(*) FROM pg_description WHERE description LIKE 'implementation of % operator') > 500,
        has_table_privilege('pg_monitor', 'pg_class', 'SELECT')";
    let row = db.query_one(counts, &[]).await.expect("it answers");
    assert_eq!([0, 1, 2, 3].map(|column| row.get::<_, bool>(column)), [true; 4]);
    let version = "SELECT character_value::text FROM information_schema.sql_implementation_info WHERE implementation_info_name = 'DBMS VERSION'";
    assert!(text(&db, version).await.starts_with("18."));
}

#[tokio::test]
async fn knows_unicode_full_text_and_zones() {
    let db = open().await;
    assert_eq!(text(&db, "SELECT upper('straße äöü')").await, "STRAßE ÄÖÜ");
    assert_eq!(text(&db, "SELECT to_tsvector('english', 'running dogs')::text").await, "'dog':2 'run':1");
    let zone = "SELECT (timestamptz '2024-07-01 12:00Z' AT TIME ZONE 'Europe/Berlin')::text";
    assert_eq!(text(&db, zone).await, "2024-07-01 14:00:00");
}

#[tokio::test]
async fn stops_runaway_recursion_with_an_error() {
    let db = open().await;
    db.batch_execute("CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN f($1 + 1); END'")
        .await
        .expect("created");
    for _ in 0..3 {
        let error = db.query("SELECT f(1)", &[]).await.expect_err("it never ends");
        assert_eq!(error.code().map(|code| code.code()), Some("54001"), "{error}");
    }
    let nested = format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000));
    assert_eq!(db.query_one(&nested, &[]).await.expect("it is deep, not endless").get::<_, i32>(0), 1);
}

#[tokio::test]
async fn reports_a_division_whose_result_does_not_fit() {
    let db = open().await;
    db.batch_execute("CREATE TABLE kept (n int)").await.expect("created");
    let division = "SELECT '-92233720368547758.08'::money / (-1)::int8";
    for round in 0..3 {
        let error = db.query(division, &[]).await.expect_err("it does not fit");
        assert_eq!(error.code().map(|code| code.code()), Some("22P01"), "{error}");
        // Whoever began a subtransaction meets it there.
        let met = format!(
            "DO $$ BEGIN FOR n IN 1..3 LOOP BEGIN INSERT INTO kept VALUES (0); PERFORM ({division});
             EXCEPTION WHEN floating_point_exception THEN INSERT INTO kept VALUES ({round} * 10 + n); END; END LOOP; END $$"
        );
        db.batch_execute(&met).await.expect("it is met");
        let tx = db.transaction().await.expect("begun");
        tx.batch_execute("SAVEPOINT mark").await.expect("marked");
        tx.query(division, &[]).await.expect_err("it does not fit");
        let after = "ROLLBACK TO mark; INSERT INTO kept VALUES (100)";
        tx.batch_execute(after).await.expect("the transaction goes on");
        tx.commit().await.expect("committed");
    }
    let kept = "SELECT string_agg(n::text, ' ' ORDER BY n) FROM kept";
    assert_eq!(text(&db, kept).await, "1 2 3 11 12 13 21 22 23 100 100 100");
    // Those with a result have it.
    let results =
        "SELECT concat_ws(' ', '-8'::money / 3, (-7)::int8 / -1, (-7) % 2, (-2147483648)::int4 % -1, 9 / 2)";
    assert_eq!(text(&db, results).await, "-$2.66 7 -1 0 4");
    assert_eq!(text(&db, "SELECT 'alive'").await, "alive");
}

#[tokio::test]
async fn vacuums_with_pauses() {
    let db = open().await;
    db.batch_execute("SET vacuum_cost_delay = '0.1ms'; SET vacuum_cost_limit = 10")
        .await
        .expect("they are set");
    db.batch_execute("VACUUM pg_attribute").await.expect("it pauses and goes on");
}

#[tokio::test]
async fn survives_thousands_of_errors() {
    let db = open().await;
    for _ in 0..5_000 {
        db.query("SELECT 1 / 0", &[]).await.expect_err("it divides by zero");
    }
    assert_eq!(text(&db, "SELECT 'alive'").await, "alive");
}

#[tokio::test]
async fn vacuums_checkpoints_and_creates_databases() {
    let db = open().await;
    db.batch_execute(
        "CREATE TABLE t AS SELECT n, repeat('x', 100) AS filler FROM generate_series(1, 20000) n",
    )
    .await
    .expect("created");
    for statement in [
        "VACUUM FULL t",
        "CHECKPOINT",
        "CREATE INDEX ON t (n)",
        "ANALYZE t",
        "CREATE DATABASE other",
        "DROP DATABASE other",
    ] {
        db.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

#[tokio::test]
async fn keeps_databases_apart() {
    let (one, two) = (open().await, open().await);
    one.batch_execute("CREATE TABLE t (n int)").await.expect("created");
    assert!(two.query("SELECT FROM t", &[]).await.is_err());
    assert_ne!(
        text(&one, "SELECT gen_random_uuid()::text").await,
        text(&two, "SELECT gen_random_uuid()::text").await
    );
}

#[tokio::test]
async fn says_who_holds_the_session() {
    let options = ConnectOptions::new(":memory:").busy_timeout(Duration::from_millis(100));
    let db = Ominipg::connect(options).await.expect("it opens");
    let tx = db.transaction().await.expect("begun");
    let busy = db.query("SELECT 1", &[]).await.expect_err("the transaction has the session");
    assert_eq!(busy.kind(), ErrorKind::Busy);
    assert!(busy.to_string().contains("transaction is open"), "{busy}");
    tx.commit().await.expect("committed");
    assert_eq!(text(&db, "SELECT 'free'").await, "free");
}

#[tokio::test]
async fn goes_on_after_a_dropped_call() {
    let db = open().await;
    for _ in 0..10 {
        let slow = db.query("SELECT pg_sleep(60)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(1), slow).await.is_err(), "it sleeps for longer");
    }
    assert_eq!(text(&db, "SELECT 'next'").await, "next");
}

#[tokio::test]
async fn ends_its_thread_with_the_last_handle() {
    let db = open().await;
    let other = db.clone();
    drop(db);
    assert_eq!(text(&other, "SELECT 'still here'").await, "still here");
    drop(other);
    // The thread's name is cut to 15 characters by Linux; other tests have threads of that name too, so ask a new process.
    let gone = std::process::Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", "postgres::alone_in_its_process", "--nocapture"])
        .env("OMINIPG_ALONE", "1")
        .output()
        .expect("it runs");
    assert!(gone.status.success(), "{}", String::from_utf8_lossy(&gone.stdout));
}

/// Not a test by itself: counts the engine's threads where no other test runs.
#[tokio::test]
async fn alone_in_its_process() {
    if std::env::var_os("OMINIPG_ALONE").is_none() || !cfg!(target_os = "linux") {
        return;
    }
    let engines = || {
        let tasks = std::fs::read_dir("/proc/self/task").expect("it is Linux").flatten();
        tasks
            .filter(|task| {
                std::fs::read_to_string(task.path().join("comm"))
                    .is_ok_and(|name| name.starts_with("ominipg-engine"))
            })
            .count()
    };
    let become_ = async |count: usize| {
        for _ in 0..200 {
            if engines() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the engine has {} threads, and should have {count}", engines());
    };
    let db = open().await;
    // A thread gives itself its name, a moment after it was started.
    become_(1).await;
    drop(db);
    become_(0).await;
}

#[tokio::test]
async fn speaks_of_network_addresses_as_every_server_does() {
    use std::net::IpAddr;
    let db = open().await;
    for address in ["10.0.0.1", "::1", "2001:db8::ff00:42:8329"] {
        let address: IpAddr = address.parse().expect("it is one");
        let row = db
            .query_one("SELECT $1::inet, host($1::inet), family($1::inet)", &[&address])
            .await
            .expect("answers");
        assert_eq!((row.get::<_, IpAddr>(0), row.get::<_, String>(1)), (address, address.to_string()));
        assert_eq!(row.get::<_, i32>(2), if address.is_ipv4() { 4 } else { 6 });
    }
}
