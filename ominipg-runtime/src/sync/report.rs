use std::time::Duration;

use super::Drift;

/// What a [`sync`](crate::Ominipg::sync) did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncReport {
    /// Changes that the server now has.
    pub pushed: u64,
    /// Rows of them that somebody else had changed too: the server's table `ominipg.conflicts` has both.
    pub merged: u64,
    /// Changes that the server refused, and that were set aside: [`SyncStatus::parked`].
    pub parked: u64,
    /// Changes whose clock ran more than five minutes ahead of the server's: they count as made when they were sent.
    pub clamped: u64,
    /// Batches that they went in.
    pub batches: u64,
    /// Whether the server knew this database by a number that another copy of it goes on with, so that it has a new one now.
    pub renamed: bool,
    /// Whether the server had less than it once had, so that it was sent changes again.
    pub set_back: bool,
}

/// How sync stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncStatus {
    /// The number that the server knows this database by.
    pub replica: u64,
    /// Changes that the server does not have yet.
    pub queued: u64,
    /// When the oldest of them was made.
    pub oldest: Option<jiff::Timestamp>,
    /// When the server last acknowledged a batch.
    pub acknowledged: Option<jiff::Timestamp>,
    /// Changes that the server refused; they wait for [`retry_parked`](crate::Ominipg::retry_parked) or
    /// [`discard_parked`](crate::Ominipg::discard_parked).
    pub parked: Vec<super::ParkedChange>,
    /// The tables whose changes are not captured.
    pub uncaptured: Vec<String>,
    /// The error of the last sync of this handle, where it failed.
    pub last_error: Option<String>,
}

impl SyncStatus {
    /// How long the oldest change has waited; zero where none does.
    pub fn delay(&self) -> Duration {
        let waited = self.oldest.map(|oldest| jiff::Timestamp::now().duration_since(oldest));
        waited.and_then(|waited| Duration::try_from(waited).ok()).unwrap_or_default()
    }

    /// Whether all changes are on the server, and none is parked.
    pub fn is_in_step(&self) -> bool {
        self.queued == 0 && self.parked.is_empty()
    }
}

/// Tables that have grown apart, as the source of an error.
#[derive(Debug)]
pub(super) struct Drifts(pub(super) Vec<Drift>);

impl std::error::Error for Drifts {}

impl std::fmt::Display for Drifts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, drift) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{drift}")?;
        }
        Ok(())
    }
}

/// Where tables have grown apart, as an error tells.
pub(crate) fn drift_of(error: &crate::error::Error) -> &[Drift] {
    let drifts = error.underlying().and_then(|source| source.downcast_ref::<Drifts>());
    drifts.map_or(&[], |drifts| &drifts.0)
}
