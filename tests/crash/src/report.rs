//! What came out.

use std::fmt;
use std::time::Duration;

/// Counts over all kills.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) kills: u32,
    /// Killed before the database was open, most of them while it recovered from the kill before.
    pub(crate) while_opening: u32,
    pub(crate) acknowledged: u64,
    /// Transactions that were under way at a kill, and are there as a whole.
    pub(crate) unacknowledged_kept: u64,
    /// Kills after which acknowledged transactions were gone; of relaxed durability alone.
    pub(crate) with_loss: u32,
    pub(crate) lost: u64,
    /// How much time the victim was known to have had since the oldest lost one was acknowledged.
    pub(crate) oldest_lost: Duration,
    /// The longest from when one was acknowledged to when another began that was acknowledged and lost with it.
    pub(crate) longest_window: Duration,
    pub(crate) took: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = [
            ("kills", self.kills.to_string()),
            ("  of them while the database opened", self.while_opening.to_string()),
            ("transactions acknowledged", self.acknowledged.to_string()),
            ("under way at a kill, there as a whole", self.unacknowledged_kept.to_string()),
            ("acknowledged and lost", self.lost.to_string()),
            ("  kills that lost any", self.with_loss.to_string()),
            ("  the oldest one, ms before the kill", self.oldest_lost.as_millis().to_string()),
            ("  the longest window of those, ms", self.longest_window.as_millis().to_string()),
            ("seconds", self.took.as_secs().to_string()),
        ];
        lines.iter().try_for_each(|(name, value)| writeln!(f, "{name:<40}{value:>10}"))
    }
}
