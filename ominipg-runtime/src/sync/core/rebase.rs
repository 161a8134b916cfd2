use std::collections::HashSet;

use super::batch::transactions;
use super::change::RawChange;
use super::hash::TransactionDigest;
use super::position::{Local, Mark};
use super::stamp::ReplicaId;

/// A batch that the server has applied, as it remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    /// Under which name.
    pub(crate) replica: ReplicaId,
    /// Where the ledger was after it.
    pub(crate) mark: Mark,
    /// What its transactions did: [`Batch::trail`](super::Batch::trail).
    pub(crate) trail: Vec<u64>,
}

/// What folders have pushed that were once the same: which of a replica's own changes are there already.
#[derive(Clone, Debug)]
pub(crate) struct Kin {
    /// What transactions did.
    digests: HashSet<u64>,
    /// The place of the last of them.
    pub(super) through: i64,
}

impl Kin {
    /// Of what was pushed after a mark.
    pub(crate) fn new(after: &Mark, pushed: &[Pushed]) -> Self {
        let later = || pushed.iter().filter(|batch| batch.mark.high_seq > after.high_seq);
        Self {
            digests: later().flat_map(|batch| &batch.trail).copied().collect(),
            through: later().map(|batch| batch.mark.high_seq).max().unwrap_or(after.high_seq),
        }
    }

    /// How many of these changes come before the first whose transaction nobody has pushed.
    ///
    /// Copies of a folder have the same beginning, and whoever has pushed a transaction has pushed all before it.
    pub(crate) fn have(&self, changes: &[RawChange]) -> usize {
        let digest = |of: &[RawChange]| TransactionDigest::of(of).short();
        let known = |of: &std::ops::Range<usize>| self.digests.contains(&digest(&changes[of.clone()]));
        let known = transactions(changes).into_iter().take_while(|of| !mutant!(NoRebase) && known(of));
        known.last().map_or(0, |of| of.end)
    }
}

/// Finds the last batch that a replica and whoever else has its name have both known: the last that the server does not
/// contradict.
///
/// Nothing where the replica no longer has the changes that follow it.
pub(crate) fn common(local: &Local, ledger: &Mark, pushed: &[Pushed]) -> Option<Mark> {
    let theirs = pushed.iter().filter(|batch| batch.replica == local.replica).map(|batch| &batch.mark);
    let theirs: Vec<_> = theirs.chain([ledger]).collect();
    let contradicted =
        |own: &Mark| theirs.iter().any(|theirs| theirs.batch_no == own.batch_no && !theirs.agrees(own));
    let known = local.marks().filter(|own| own.batch_no <= ledger.batch_no && !contradicted(own));
    known.max_by_key(|own| own.batch_no).copied()
}
