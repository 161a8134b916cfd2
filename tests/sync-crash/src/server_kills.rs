//! Kills the server at random moments while a client writes and syncs, again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use indicatif::ProgressBar;
use ominipg_test_support::Random;

use crate::Place;
use crate::workload::{self, Truth};

/// What is done.
#[derive(Debug, Clone, Copy)]
pub struct ServerKills {
    /// How often the server is killed.
    pub kills: u32,
    /// What the moments follow from.
    pub seed: u64,
}

/// Does it; gives how many syncs succeeded and how many failed.
///
/// # Errors
///
/// What is wrong.
pub async fn kill_servers(wanted: ServerKills) -> Result<Option<(u64, u64)>, String> {
    let Some(mut place) = Place::new().await else { return Ok(None) };
    let db = place.open().await;
    db.sync().await.map_err(|error| error.to_string())?;
    let mut random = Random::new(wanted.seed);
    let mut truth = Truth::default();
    let progress = ProgressBar::new(wanted.kills.into());
    let counts = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    for kill in 1..=wanted.kills {
        let stop = Arc::new(AtomicBool::new(false));
        let writing = tokio::spawn({
            let (db, stop, counts) = (db.clone(), Arc::clone(&stop), Arc::clone(&counts));
            async move {
                while !stop.load(Ordering::Acquire) {
                    workload::small(&db).await.map_err(|error| error.to_string())?;
                    let failed = db.sync().await.is_err();
                    counts[usize::from(failed)].fetch_add(1, Ordering::Relaxed);
                    if failed {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                }
                Ok::<(), String>(())
            }
        });
        tokio::time::sleep(Duration::from_millis(20 + random.below(400) as u64)).await;
        let killer = place.server.killer();
        tokio::task::spawn_blocking(killer).await.map_err(|error| error.to_string())?;
        place.restart().await;
        stop.store(true, Ordering::Release);
        writing.await.map_err(|error| error.to_string())??;
        let wrong = |what: String| format!("after {kill} kills (seed {}): {what}", wanted.seed);
        truth.add(&place.direct).await.map_err(|error| wrong(error.to_string()))?;
        db.sync().await.map_err(|error| wrong(error.to_string()))?;
        truth.check(&db, &place.direct).await.map_err(wrong)?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    db.close().await.map_err(|error| error.to_string())?;
    Ok(Some((counts[0].load(Ordering::Relaxed), counts[1].load(Ordering::Relaxed))))
}
