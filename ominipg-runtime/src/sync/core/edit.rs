use super::change::Change;
use super::clock::Clock;
use super::image::Image;
use super::key::RowKey;
use super::stamp::{ReplicaId, Stamp};

/// A change with its stamp.
#[derive(Clone, Debug)]
pub(crate) struct Stamped {
    /// The change.
    pub(crate) change: Change,
    /// When it was made and by whom.
    pub(crate) stamp: Stamp,
}

/// Stamps changes in their order, and tells how many of them a clock that runs ahead had made.
///
/// The stamps follow from the changes, from where the clock stood after the last acknowledged ones, and from the referee's
/// time: who asks again with the same gets the same.
pub(crate) fn stamp_all(
    changes: impl IntoIterator<Item = Change>,
    clock: &mut Clock,
    referee_ms: u64,
    replica: ReplicaId,
) -> (Vec<Stamped>, u64) {
    let mut ahead = 0;
    let stamp = |change: Change| {
        let (time, clamped) = clock.bounded(change.at, referee_ms);
        ahead += u64::from(clamped);
        Stamped { change, stamp: Stamp::new(time, replica) }
    };
    (changes.into_iter().map(stamp).collect(), ahead)
}

/// What a run of changes did to one row, as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// Which row.
    pub(crate) key: RowKey,
    /// The row before the first change; nothing where that made the row.
    pub(crate) base: Option<Image>,
    /// The row after the last change; nothing where that deleted it.
    pub(crate) row: Option<Image>,
    /// Where it is deleted: the row right before.
    pub(crate) last: Option<Image>,
    /// The columns that some change touched, by their place in [`image`](Self::image), each with the stamp of the last change
    /// that did. All of them where a change made the row.
    pub(crate) changed: Vec<(usize, Stamp)>,
    /// The stamp of the last change.
    pub(crate) stamp: Stamp,
}

impl Edit {
    /// The row as it is, or as it was right before it was deleted.
    pub(crate) fn image(&self) -> Option<&Image> {
        self.row.as_ref().or(self.last.as_ref())
    }

    /// Who made it.
    pub(crate) fn replica(&self) -> Option<ReplicaId> {
        self.stamp.replica()
    }
}
