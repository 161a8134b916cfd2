use std::fmt;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::client::Ominipg;

/// Syncs again and again until it is dropped: [`Ominipg::auto_sync`].
///
/// What it does is told as [events](Ominipg::events): `sync:start`, `sync:progress`, `sync:end`, and `error` where it failed.
#[must_use = "it ends when it is dropped"]
pub struct AutoSync(JoinHandle<()>);

/// After failures it waits no longer than this, or the interval where that is more.
const LONGEST: Duration = Duration::from_secs(5 * 60);

impl AutoSync {
    pub(crate) fn start(db: Ominipg, interval: Duration) -> Self {
        Self(tokio::spawn(async move {
            let mut failures = 0;
            loop {
                // Who listens to events hears of the error, and the status keeps it.
                failures = match db.sync().await {
                    Ok(_) => 0,
                    Err(_) => failures + 1,
                };
                tokio::time::sleep(pause(interval, failures, random())).await;
            }
        }))
    }

    /// Ends it; what is under way is given up, and goes on with the next sync.
    pub async fn stop(self) {
        self.0.abort();
        // Its database is let go before this returns.
        let mut task = self;
        let _ = (&mut task.0).await;
    }
}

impl Drop for AutoSync {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for AutoSync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AutoSync").finish_non_exhaustive()
    }
}

/// How long to wait: twice as long after each failure, and a fifth more or less, so that many replicas do not come back at once.
fn pause(interval: Duration, failures: u32, random: u8) -> Duration {
    let longest = LONGEST.max(interval);
    let base = interval.saturating_mul(1 << failures.min(16)).min(longest);
    base.mul_f64(0.8 + 0.4 * f64::from(random) / 255.0)
}

fn random() -> u8 {
    let mut byte = [128];
    // Without a random number all wait the same.
    let _ = getrandom::fill(&mut byte);
    byte[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_longer_after_each_failure_and_never_too_long() {
        let second = Duration::from_secs(1);
        assert_eq!(pause(second, 0, 128).as_millis() / 10, 100);
        assert_eq!(pause(second, 3, 128).as_millis() / 100, 80);
        assert!(pause(second, 3, 0) < pause(second, 3, 255));
        assert!(pause(second, 40, 255) <= LONGEST.mul_f64(1.2));
        assert!(pause(LONGEST * 3, 40, 0) >= LONGEST * 2, "an interval of the program's own is kept");
    }
}
