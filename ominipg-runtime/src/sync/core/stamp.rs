use std::num::NonZeroU64;

use sha2::{Digest, Sha256};

use super::clock::HybridTime;
use super::hash::TransactionDigest;

/// Which replica made an edit: a random number, never zero. A copied folder gives it up for a new one, once it has other
/// changes than the folder it is a copy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ReplicaId(NonZeroU64);

impl ReplicaId {
    /// The replica of a number; none for zero, which is nobody's.
    pub(crate) fn new(id: u64) -> Option<Self> {
        NonZeroU64::new(id).map(Self)
    }

    /// The name of those that go on with a transaction from where another has been pushed under this name.
    pub(crate) fn followed_by(self, next: TransactionDigest) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.get().to_be_bytes());
        hash.update(next.0);
        let short = TransactionDigest(hash.finalize().into()).short();
        Self(NonZeroU64::new(short).unwrap_or(NonZeroU64::MIN))
    }

    /// Its number.
    pub(crate) fn get(self) -> u64 {
        self.0.get()
    }
}

/// When an edit was made and by whom: no two edits have the same, and any two have an order that everybody agrees on.
///
/// 128 bits: the time, then the replica. Kept as PostgreSQL's `uuid`, whose order is that of its bytes, and so the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stamp(u128);

impl Stamp {
    /// Before every edit: what a row has that no replica has written.
    pub(crate) const ZERO: Self = Self(0);

    /// The stamp of an edit.
    pub(crate) fn new(time: HybridTime, replica: ReplicaId) -> Self {
        Self((u128::from(time.get()) << 64) | u128::from(replica.get()))
    }

    /// When.
    pub(crate) fn time(self) -> HybridTime {
        HybridTime::new((self.0 >> 64) as u64)
    }

    /// By whom; nobody for [`ZERO`](Self::ZERO).
    pub(crate) fn replica(self) -> Option<ReplicaId> {
        ReplicaId::new(self.0 as u64)
    }

    /// Whether this one wins over another.
    pub(crate) fn beats(self, other: Self) -> bool {
        if mutant!(NoTiebreak) {
            return self.time() > other.time();
        }
        self > other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(time: u64, replica: u64) -> Stamp {
        Stamp::new(HybridTime::new(time), ReplicaId::new(replica).expect("it is not zero"))
    }

    #[test]
    fn later_stamps_are_greater() {
        let all = [stamp(1, 2), stamp(1, u64::MAX), stamp(2, 1), stamp(u64::MAX, 1)];
        for pair in all.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[1].beats(pair[0]) && !pair[0].beats(pair[1]) && !pair[0].beats(pair[0]));
        }
        assert!(all.iter().all(|stamp| *stamp > Stamp::ZERO));
        assert_eq!(all[1].time(), HybridTime::new(1));
        assert_eq!(all[1].replica().map(ReplicaId::get), Some(u64::MAX));
        assert_eq!(Stamp::ZERO.replica(), None);
    }
}
