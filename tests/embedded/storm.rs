//! Calls of all kinds that are dropped, timed out and cancelled at random: nothing hangs, and what comes next is right.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use ominipg::{CancellationToken, Error, ErrorKind, Ominipg};

/// How many calls are stopped in all.
const ROUNDS_VARIABLE: &str = "OMINIPG_STORM_ROUNDS";
const ROUNDS: u64 = 200;
const TASKS: u64 = 4;

/// Random numbers, the same again for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // Xorshift; the lowest bits are the worst.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

const STATEMENTS: [&str; 7] = [
    "SELECT pg_sleep(5)",
    "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) AS endless",
    "INSERT INTO storm SELECT n, repeat('x', 100) FROM generate_series(1, 2000) AS n",
    "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$",
    "SELECT 1",
    "SELECT repeat('x', 1000) FROM generate_series(1, 20000)",
    "UPDATE ledger SET n = n + 1",
];

async fn work(db: &Ominipg, random: &mut Random) -> Result<(), Error> {
    let sql = STATEMENTS[random.below(STATEMENTS.len() as u64) as usize];
    match random.below(4) {
        0 => db.query(sql, &[]).await.map(drop),
        1 => db.batch_execute(sql).await,
        2 => db.batch_execute(&format!("BEGIN; {sql}; COMMIT")).await,
        _ => {
            let tx = db.transaction().await?;
            tx.execute("INSERT INTO storm VALUES (0, 'never kept')", &[]).await?;
            tx.query(sql, &[]).await?;
            tx.rollback().await
        }
    }
}

async fn one(db: &Ominipg, random: &mut Random) {
    let limit = Duration::from_micros(random.below(20_000));
    let result = match random.below(3) {
        0 => tokio::time::timeout(limit, work(db, random)).await.unwrap_or(Ok(())),
        1 => work(&db.with_timeout(limit), random).await,
        _ => {
            let token = CancellationToken::new();
            let canceller = token.clone();
            tokio::spawn(async move {
                tokio::time::sleep(limit).await;
                canceller.cancel();
            });
            work(&db.with_cancel(token), random).await
        }
    };
    if let Err(error) = result {
        let expected = [ErrorKind::Timeout, ErrorKind::Cancelled, ErrorKind::Busy];
        assert!(expected.contains(&error.kind()), "{error:?}");
    }
    let row = db.query_one("SELECT 41 + 1, pg_current_xact_id_if_assigned() IS NULL", &[]).await;
    let row = row.expect("the next statement works");
    assert_eq!((row.get::<_, i32>(0), row.get::<_, bool>(1)), (42, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_hangs_in_a_storm() {
    let rounds = std::env::var(ROUNDS_VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let seed = RandomState::new().hash_one(std::process::id()) | 1;
    println!("seed {seed}");
    let db = Ominipg::connect(":memory:").await.expect("it opens");
    let tables =
        "CREATE TABLE storm (n int, filler text); CREATE TABLE ledger (n int); INSERT INTO ledger VALUES (0)";
    db.batch_execute(tables).await.expect("the tables are created");
    let storm = async |rounds: u64, seed: u64| {
        let tasks = (0..TASKS).map(|task| {
            let (db, mut random) =
                (db.clone(), Random(seed.wrapping_add(task).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
            tokio::spawn(async move {
                for _ in 0..rounds.div_ceil(TASKS) {
                    one(&db, &mut random).await;
                }
            })
        });
        let watchdog = Duration::from_secs(60 + rounds / 4);
        for task in tasks.collect::<Vec<_>>() {
            tokio::time::timeout(watchdog, task).await.expect("nothing hangs").expect("nothing is wrong");
        }
        let kept = db.query_one("SELECT count(*) FROM storm WHERE n = 0", &[]).await.expect("counted");
        assert_eq!(kept.get::<_, i64>(0), 0, "what was rolled back is not there");
        for sql in ["TRUNCATE storm", "VACUUM ledger", "CHECKPOINT"] {
            db.batch_execute(sql).await.expect("it is cleared");
        }
    };
    storm(rounds.div_ceil(2), seed).await;
    let half = db.diagnostics().await;
    storm(rounds / 2, seed.rotate_left(7)).await;
    let end = db.diagnostics().await;
    println!("{end}");
    assert_eq!((end.calls.len(), end.queued, end.open_transactions), (1, 0, 0), "{end}");
    let (half, full) = (half.resident_memory.unwrap_or_default(), end.resident_memory.unwrap_or_default());
    assert!(full < half + (64 << 20), "the memory grows: {half} bytes half way, {full} in the end");
}
