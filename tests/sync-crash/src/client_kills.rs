//! Kills a client at random moments while it writes and syncs, again and again.

use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use ominipg_runtime::sync_faults;
use ominipg_test_support::Random;

use crate::workload::Truth;
use crate::{Place, victim};

/// A client that has not said what is waited for by then never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is done.
#[derive(Debug, Clone, Copy)]
pub struct ClientKills {
    /// How often a client is killed.
    pub kills: u32,
    /// After so many kills the server is compared with what is here.
    pub check_every: u32,
    /// After so many seconds it ends.
    pub seconds: u64,
    /// What the moments follow from; what the machine does at them still differs.
    pub seed: u64,
    /// Whether the ledger is off, so that the test must fail.
    pub without_ledger: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Killed {
    /// Kills; without a ledger, it ends as soon as something was doubled.
    pub kills: u32,
    /// Operations of the clients.
    pub operations: u64,
    /// How many of them the server has too often.
    pub surplus: i64,
}

/// Does it.
///
/// # Errors
///
/// What is wrong.
pub async fn kill_clients(wanted: ClientKills) -> Result<Option<Killed>, String> {
    let Some(place) = Place::new().await else { return Ok(None) };
    let mut random = Random::new(wanted.seed);
    let (mut truth, mut done) = (Truth::default(), 0);
    let start = Instant::now();
    let progress = ProgressBar::new(wanted.kills.into());
    for kill in 1..=wanted.kills {
        let wrong = |what: String| format!("after {kill} kills (seed {}): {what}", wanted.seed);
        done += one(&place, &mut truth, &mut random, wanted.without_ledger).await.map_err(wrong)?;
        progress.inc(1);
        let is_last = kill == wanted.kills || start.elapsed().as_secs() >= wanted.seconds;
        if kill % wanted.check_every == 0 || is_last {
            let db = place.open().await;
            let there: i64 = db
                .query_one("SELECT n FROM probe_counter", &[])
                .await
                .map_err(|error| error.to_string())?
                .get(0);
            if there.unsigned_abs() < done {
                return Err(wrong(format!("{done} operations were acknowledged, {there} are here")));
            }
            done = there.unsigned_abs();
            sync_faults::switch_ledger(!wanted.without_ledger);
            db.sync().await.map_err(|error| wrong(error.to_string()))?;
            let surplus = truth.surplus(&db, &place.direct).await.map_err(|error| error.to_string())?;
            if !wanted.without_ledger {
                truth.check(&db, &place.direct).await.map_err(wrong)?;
            }
            db.close().await.map_err(|error| error.to_string())?;
            // Without a ledger one that was doubled says enough.
            if is_last || surplus != 0 {
                progress.finish_and_clear();
                return Ok(Some(Killed { kills: kill, operations: done, surplus }));
            }
        }
    }
    Ok(None)
}

/// Starts a client and kills it; gives how many operations it said were committed.
async fn one(
    place: &Place,
    truth: &mut Truth,
    random: &mut Random,
    without_ledger: bool,
) -> Result<u64, String> {
    let seed = random.number().to_string();
    let mut more = vec!["--seed", seed.as_str()];
    if without_ledger {
        more.push("--without-ledger");
    }
    let mut child =
        victim::spawn(&place.folder, &place.server.url(), &more).map_err(|error| error.to_string())?;
    let out = child.stdout.take().ok_or("it is piped")?;
    let lines = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lines);
    let said = std::thread::spawn(move || {
        let mut done = 0;
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            done += u64::from(line == "done");
            counted.fetch_add(1, Ordering::Release);
        }
        done
    });
    // Some of them while the database opens, others while the first push meets the server, most in between pushes and in them.
    let wanted = random.below(10);
    let start = Instant::now();
    while lines.load(Ordering::Acquire) < wanted && start.elapsed() < PATIENCE {
        truth.add(&place.direct).await.map_err(|error| error.to_string())?;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let life = if wanted == 0 { 300_000 } else { 25_000 };
    tokio::time::sleep(Duration::from_micros(random.below(life) as u64)).await;
    let ended = child.try_wait().map_err(|error| error.to_string())?;
    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    // What was under way on the server has ended before anybody looks; and then the server writes the row too.
    let done = said.join().map_err(|_| "the reader of the victim's words ended")?;
    truth.add(&place.direct).await.map_err(|error| error.to_string())?;
    match ended {
        Some(status) => Err(format!("the client ended by itself: {status}")),
        None => Ok(done),
    }
}
