//! Tables are vacuumed and analysed while nobody asks anything.

use std::time::Duration;

use ominipg::{ConnectOptions, Ominipg};

/// More than the time that it must be quiet for.
const QUIET: Duration = Duration::from_millis(1500);

async fn counts(db: &Ominipg, table: &str) -> (i64, i64) {
    let sql = "SELECT vacuum_count, analyze_count FROM pg_stat_all_tables WHERE relname = $1";
    let row = db.query_one(sql, &[&table]).await.expect("it answers");
    (row.get(0), row.get(1))
}

const CHURN: &str = "
    CREATE TABLE notes (n int PRIMARY KEY, word text);
    INSERT INTO notes SELECT n, md5(n::text) FROM generate_series(1, 5000) n;
    UPDATE notes SET word = md5(word);
    CREATE TABLE left_alone WITH (autovacuum_enabled = false) AS SELECT n FROM generate_series(1, 5000) n;
    UPDATE left_alone SET n = n + 1;
    CREATE TEMP TABLE own AS SELECT n FROM generate_series(1, 5000) n;
    UPDATE own SET n = n + 1;
    SET search_path = pg_catalog;
    SET vacuum_cost_delay = 100;
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dead_is_taken_away_when_it_is_quiet() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute(CHURN).await.expect("created");
    for round in 1.. {
        tokio::time::sleep(QUIET).await;
        let (vacuums, analyses) = counts(&db, "notes").await;
        if vacuums > 0 && analyses > 0 {
            break;
        }
        assert!(round < 20, "it was quiet for long: {vacuums} vacuums, {analyses} analyses");
    }
    assert_eq!(counts(&db, "left_alone").await, (0, 0), "as its owner has said");
    assert_eq!(counts(&db, "own").await, (0, 0), "only its session may");
    let settings = db.query_one("SELECT current_setting('search_path'), count(*) FROM own", &[]).await;
    let settings = settings.expect("the session has what it had");
    assert_eq!((settings.get::<_, &str>(0), settings.get::<_, i64>(1)), ("pg_catalog", 5000));

    // What is vacuumed has room for the next versions of its rows.
    let size = async || -> i64 {
        db.query_one("SELECT pg_relation_size('public.notes')", &[]).await.expect("it answers").get(0)
    };
    let before = size().await;
    db.batch_execute("UPDATE public.notes SET word = md5(word)").await.expect("updated");
    assert_eq!(size().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_off_where_it_is_not_wanted() {
    let options = ConnectOptions::new(":memory:");
    for options in [options.clone().autovacuum(false), options.use_worker(false)] {
        let db = Ominipg::connect(options).await.expect("it opens");
        db.batch_execute(CHURN).await.expect("created");
        tokio::time::sleep(2 * QUIET).await;
        assert_eq!(counts(&db, "notes").await, (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_makes_way_for_whoever_asks() {
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    db.batch_execute(
        "CREATE TABLE wide AS SELECT n, repeat('x', 50) AS word FROM generate_series(1, 600000) n;
         CREATE INDEX ON wide (word); CREATE INDEX ON wide (n); UPDATE wide SET n = n + 1",
    )
    .await
    .expect("created");
    // It has begun a moment before, which is not enough for so many rows: it is given up, not waited for.
    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_ne!(counts(&db, "wide").await, (1, 1), "it went on to its end");
    for round in 1.. {
        tokio::time::sleep(3 * QUIET).await;
        if counts(&db, "wide").await >= (1, 1) {
            break;
        }
        assert!(round < 10, "it was quiet for long");
    }
}
