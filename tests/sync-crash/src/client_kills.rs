//! Kills a client at random moments while it writes and syncs, again and again.

use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use ominipg_test_support::Random;

use crate::workload::Truth;
use crate::{Place, victim};

/// What is done.
#[derive(Debug, Clone, Copy)]
pub struct ClientKills {
    /// How often a client is killed.
    pub kills: u32,
    /// After so many kills the server is compared with what is here.
    pub check_every: u32,
    /// What the moments follow from; what the machine does at them still differs.
    pub seed: u64,
    /// Whether the ledger is off, so that the test must fail.
    pub without_ledger: bool,
}

/// Does it; gives how many operations there were, and how many of them the server has too often.
///
/// # Errors
///
/// What is wrong.
pub async fn kill_clients(wanted: ClientKills) -> Result<Option<(u64, i64)>, String> {
    let Some(place) = Place::new().await else { return Ok(None) };
    let mut random = Random::new(wanted.seed);
    let (mut truth, mut done) = (Truth::default(), 0);
    let progress = ProgressBar::new(wanted.kills.into());
    for kill in 1..=wanted.kills {
        let wrong = |what: String| format!("after {kill} kills (seed {}): {what}", wanted.seed);
        done += one(&place, &mut truth, &mut random, wanted.without_ledger).await.map_err(wrong)?;
        progress.inc(1);
        if kill % wanted.check_every == 0 || kill == wanted.kills {
            let db = place.open().await;
            let there: i64 =
                db.query_one("SELECT n FROM probe_counter", &[]).await.map_err(|error| error.to_string())?.get(0);
            if there.unsigned_abs() < done {
                return Err(wrong(format!("{done} operations were acknowledged, {there} are here")));
            }
            done = there.unsigned_abs();
            if !wanted.without_ledger {
                db.sync().await.map_err(|error| wrong(error.to_string()))?;
                truth.check(&db, &place.direct).await.map_err(wrong)?;
            }
            if kill == wanted.kills {
                // Without a ledger, what was not acknowledged here is sent again now.
                if wanted.without_ledger {
                    ominipg_runtime::sync_faults::switch_ledger_off();
                    db.sync().await.map_err(|error| wrong(error.to_string()))?;
                }
                let surplus = truth.surplus(&db, &place.direct).await.map_err(|error| error.to_string())?;
                db.close().await.map_err(|error| error.to_string())?;
                progress.finish_and_clear();
                return Ok(Some((done, surplus)));
            }
            db.close().await.map_err(|error| error.to_string())?;
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
    let mut child = victim::spawn(&place.folder, &place.server.url(), &more).map_err(|error| error.to_string())?;
    let out = child.stdout.take().ok_or("it is piped")?;
    let is_open = Arc::new(AtomicBool::new(false));
    let open = Arc::clone(&is_open);
    let said = std::thread::spawn(move || {
        let mut done = 0;
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            match line.as_str() {
                "open" => open.store(true, Ordering::Release),
                "done" => done += 1,
                _ => (),
            }
        }
        done
    });
    let start = Instant::now();
    while !is_open.load(Ordering::Acquire) && start.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let life = Duration::from_micros(random.below(150_000) as u64);
    let end = Instant::now() + life;
    while Instant::now() < end {
        truth.add(&place.direct).await.map_err(|error| error.to_string())?;
        tokio::time::sleep(Duration::from_millis(3).min(end.saturating_duration_since(Instant::now()))).await;
    }
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
