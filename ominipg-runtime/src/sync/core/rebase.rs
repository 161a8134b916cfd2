use super::batch::transactions;
use super::change::RawChange;
use super::hash::TransactionDigest;
use super::position::{Local, Mark};

/// A batch that the server has applied, as it remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    /// Where the ledger was after it.
    pub(crate) mark: Mark,
    /// What its transactions did: [`Batch::trail`](super::Batch::trail).
    pub(crate) trail: Vec<u64>,
}

/// How a replica's own transactions fit those that were pushed under its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It has to read on to tell.
    Unknown,
    /// All that was pushed is its own.
    Same,
    /// All that it has was pushed, and more that it does not have.
    Behind,
    /// So many changes are the same; the transaction that follows them is its own and was not pushed, but another was.
    Diverged {
        /// How many changes.
        same: usize,
        /// That transaction.
        next: TransactionDigest,
    },
}

/// The batches between a mark and the ledger's, in their order, and whether all of them are there: the server may have forgotten
/// some.
pub(crate) fn between(at: &Mark, ledger: &Mark, mut pushed: Vec<Pushed>) -> (Vec<Pushed>, bool) {
    pushed.retain(|batch| batch.mark.batch_no > at.batch_no && batch.mark.batch_no <= ledger.batch_no);
    pushed.sort_by_key(|batch| batch.mark.batch_no);
    let follows = |(batch, no): &(&Pushed, u64)| batch.mark.batch_no == *no && !batch.trail.is_empty();
    let known = pushed.iter().zip(at.batch_no + 1..).take_while(follows).count();
    pushed.truncate(known);
    (pushed, at.batch_no + known as u64 == ledger.batch_no)
}

/// Compares the replica's changes after a mark to the batches that were pushed after it, in their order.
///
/// What the server has forgotten counts as what the replica does not have: better twice than not at all.
pub(crate) fn compare(changes: &[RawChange], more: bool, pushed: &[Pushed], all: bool) -> Compared {
    let mut own = transactions(changes);
    if more {
        // It may not be whole.
        own.pop();
    }
    let mut own = own.into_iter();
    for theirs in pushed.iter().flat_map(|batch| &batch.trail) {
        let Some(of) = own.next() else {
            return if more { Compared::Unknown } else { Compared::Behind };
        };
        let next = TransactionDigest::of(&changes[of.clone()]);
        if next.short() != *theirs || mutant!(NoRebase) {
            return Compared::Diverged { same: of.start, next };
        }
    }
    match own.next() {
        _ if all => Compared::Same,
        Some(of) => Compared::Diverged { same: of.start, next: TransactionDigest::of(&changes[of]) },
        None if more => Compared::Unknown,
        None => Compared::Behind,
    }
}

/// Finds the last batch that a replica and whoever else has its name have both known: the last that the server does not
/// contradict.
///
/// Nothing where the replica no longer has the changes that follow it.
pub(crate) fn common(local: &Local, ledger: &Mark, pushed: &[Pushed]) -> Option<Mark> {
    let theirs: Vec<_> = pushed.iter().map(|batch| &batch.mark).chain([ledger]).collect();
    let of = |own: &Mark| theirs.iter().find(|theirs| theirs.batch_no == own.batch_no).copied();
    let known = local.marks().filter(|own| own.batch_no <= ledger.batch_no);
    let known = known.filter(|own| of(own).is_none_or(|theirs| theirs.agrees(own)));
    let last = known.max_by_key(|own| own.batch_no)?;
    // The hour of the server counts.
    Some(*of(last).unwrap_or(last))
}
