use super::batch::transactions;
use super::change::RawChange;
use super::hash::{BatchHash, TransactionDigest};
use super::position::{Local, Mark};

/// A batch that the server has applied, as it remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    /// Where the ledger was after it.
    pub(crate) mark: Mark,
    /// What its transactions did: [`Batch::trail`](super::Batch::trail). May be missing, where the server has forgotten it.
    pub(crate) trail: Vec<u64>,
}

/// Finds the last batch that a replica and its twin have both known: the last that the server does not contradict.
///
/// Nothing where the replica no longer has the changes that follow it.
pub(crate) fn common(local: &Local, ledger: &Mark, pushed: &[Pushed]) -> Option<Mark> {
    let contradicted = |own: &Mark| {
        let theirs = pushed.iter().map(|batch| &batch.mark).chain([ledger]);
        theirs.filter(|theirs| theirs.batch_no == own.batch_no).any(|theirs| !theirs.agrees(own))
    };
    let known = local.marks().filter(|own| own.batch_no <= ledger.batch_no && !contradicted(own));
    known.max_by_key(|own| own.batch_no).copied()
}

/// What a comparison of a replica's changes to a batch of its twin has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The batch is the replica's own too, as a whole.
    Same {
        /// The hash up to there.
        hash: BatchHash,
    },
    /// Only the first of these changes are, so many.
    Until(usize),
}

/// Compares the changes of a replica that a batch of its twin would have held to that batch.
pub(crate) fn compare(after: BatchHash, changes: &[RawChange], batch: &Pushed) -> Compared {
    let transactions = transactions(changes);
    let digests: Vec<_> = transactions.iter().map(|at| TransactionDigest::of(&changes[at.clone()])).collect();
    let hash = after.next(batch.mark.batch_no, batch.mark.high_seq, &digests);
    if hash == batch.mark.hash {
        return Compared::Same { hash };
    }
    let same = digests.iter().zip(&batch.trail).take_while(|(own, theirs)| own.short() == **theirs).count();
    Compared::Until(same.checked_sub(1).map_or(0, |last| transactions[last].end))
}
