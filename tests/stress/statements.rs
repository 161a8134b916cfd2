//! Very many statements of mixed kinds on one database, whose memory stays flat.

use std::time::{Duration, Instant};

use ominipg::{Error, Ominipg};
use ominipg_stress::{Random, Watchdog, is_preparing, number, prepare, resident, seed};

/// How many statements there are, unless `OMINIPG_STRESS_STATEMENTS` says otherwise.
const STATEMENTS: u64 = 20_000;
/// From here on, memory has settled and its growth is judged.
const LONG: u64 = 500_000;
/// How often memory is looked at.
const LOOKS: u64 = 100;
/// The most that memory may grow over a million statements once it has settled, in KiB.
const GROWTH: f64 = 8.0 * 1024.0;
/// The rows that there are at most.
const ROWS: i32 = 2_000;

const TABLE: &str =
    "CREATE TABLE notes (id int4 PRIMARY KEY, text text NOT NULL, changed int4 NOT NULL DEFAULT 0)";

#[tokio::test]
async fn many_statements() {
    let database = Ominipg::connect(":memory:").await.expect("it opens");
    if is_preparing() {
        return database.close().await.expect("it closes");
    }
    prepare("many_statements");
    let statements = number("OMINIPG_STRESS_STATEMENTS").unwrap_or(STATEMENTS);
    let limit = Duration::from_secs(120) + Duration::from_millis(statements * 2);
    let _watchdog = Watchdog::new(limit, String::new);
    let mut random = Random::new(seed());
    database.batch_execute(TABLE).await.expect("it is created");
    let (mut looks, start) = (Vec::new(), Instant::now());
    for done in 0..statements {
        one(&database, &mut random).await.unwrap_or_else(|error| panic!("statement {done}: {error}"));
        if (done + 1) % (statements / LOOKS).max(1) == 0
            && let Some(resident) = resident()
        {
            looks.push((done as f64, resident as f64));
        }
    }
    let elapsed = start.elapsed();
    println!(
        "{statements} statements in {elapsed:?}, {:.0} a second",
        statements as f64 / elapsed.as_secs_f64()
    );
    database.close().await.expect("it closes");
    let Some((_, last)) = looks.last() else {
        return println!("the system tells no memory, so it is not looked at");
    };
    for (done, resident) in looks.iter().step_by(10) {
        println!("after {done:>9}: {:.1} MiB", resident / 1024.0);
    }
    let growth = slope(&looks[looks.len() / 2..]) * 1e6;
    println!(
        "at the end: {:.1} MiB; in the second half, {growth:+.0} KiB a million statements",
        last / 1024.0
    );
    if statements >= LONG {
        assert!(growth <= GROWTH, "memory grows by {growth:.0} KiB a million statements");
    }
}

/// The slope of the line that fits best.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
    let (above, below) = points.iter().fold((0.0, 0.0), |(above, below), point| {
        (above + (point.0 - x) * (point.1 - y), below + (point.0 - x) * (point.0 - x))
    });
    if below == 0.0 { 0.0 } else { above / below }
}

/// One statement, or a few that belong together.
async fn one(database: &Ominipg, random: &mut Random) -> Result<(), Error> {
    let id = random.below(ROWS as usize) as i32;
    let sqlstate = |code: &str, result: Result<u64, Error>| match result {
        Err(error) if error.code().is_some_and(|is| is.code() == code) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => panic!("an error {code} was to come"),
    };
    match random.below(1000) {
        0..150 => {
            let one = database.query_one("SELECT 1", &[]).await?;
            assert_eq!(one.get::<_, i32>(0), 1);
        }
        150..350 => {
            let text = "x".repeat(random.below(200));
            let sql = "INSERT INTO notes (id, text) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = $2";
            database.execute(sql, &[&id, &text]).await?;
        }
        350..450 => {
            database.execute("UPDATE notes SET changed = changed + 1 WHERE id = $1", &[&id]).await?;
        }
        450..500 => {
            database.execute("DELETE FROM notes WHERE id = $1", &[&id]).await?;
        }
        500..700 => {
            database.query("SELECT text, changed FROM notes WHERE id = $1", &[&id]).await?;
        }
        // More different texts than are kept prepared.
        700..800 => {
            let sql = format!("SELECT {} + $1::int4", random.below(100_000));
            database.query_one(&sql, &[&id]).await?;
        }
        800..840 => sqlstate("22012", database.execute("SELECT 1 / ($1::int4 - $1::int4)", &[&id]).await)?,
        840..860 => sqlstate("42P01", database.execute("SELECT * FROM missing", &[]).await)?,
        860..900 => transaction(database, random, id).await?,
        900..930 => {
            let caught = "DO $$ BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END $$";
            database.batch_execute(caught).await?;
        }
        930..950 => database.batch_execute("SELECT 1; SELECT 2; SHOW work_mem").await?,
        950..960 => {
            database.batch_execute("CREATE TEMP TABLE scratch (n int4); DROP TABLE scratch").await?;
        }
        960..970 => {
            let rows =
                database.query("SELECT n, repeat('x', 100) FROM generate_series(1, 500) n", &[]).await?;
            assert_eq!(rows.len(), 500);
        }
        970..990 => {
            let sql = "SELECT jsonb_agg(to_jsonb(n)) FROM (SELECT * FROM notes LIMIT 20) n";
            database.query_one(sql, &[]).await?;
        }
        990..998 => {
            // A sort and a hash that take memory and give it back.
            let sql = "SELECT count(*) FROM (SELECT md5(n::text) AS m FROM generate_series(1, 2000) n ORDER BY m) s";
            database.query_one(sql, &[]).await?;
        }
        // It is never quiet here, and nobody else takes away what updates and temporary tables leave behind, in the catalog too.
        _ => database.batch_execute("VACUUM").await?,
    }
    Ok(())
}

/// A transaction that is committed, rolled back, or forgotten.
async fn transaction(database: &Ominipg, random: &mut Random, id: i32) -> Result<(), Error> {
    let transaction = database.transaction().await?;
    transaction.execute("UPDATE notes SET changed = 0 WHERE id = $1", &[&id]).await?;
    transaction.batch_execute("SAVEPOINT a; DELETE FROM notes WHERE id < 3; ROLLBACK TO a").await?;
    match random.below(3) {
        0 => transaction.commit().await,
        1 => transaction.rollback().await,
        _ => {
            drop(transaction);
            Ok(())
        }
    }
}
