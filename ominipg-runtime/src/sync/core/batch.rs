use std::collections::HashSet;
use std::ops::Range;

use super::change::{Change, RawChange};
use super::clock::Clock;
use super::compact::compact;
use super::edit::{Edit, Stamped, stamp_all};
use super::hash::TransactionDigest;
use super::image::BadImage;
use super::key::RowKey;
use super::position::Mark;
use super::stamp::ReplicaId;

/// How much a batch may hold, unless one transaction alone is more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Changes of rows.
    pub(crate) rows: usize,
    /// Bytes of images.
    pub(crate) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 10_000, bytes: 8 << 20 }
    }
}

/// Where the transactions of some changes are.
pub(crate) fn transactions(changes: &[RawChange]) -> Vec<Range<usize>> {
    let mut start = 0;
    let range = |of: &[RawChange]| {
        let range = start..start + of.len();
        start = range.end;
        range
    };
    changes.chunk_by(|a, b| a.tx == b.tx).map(range).collect()
}

/// How many of the first changes make a batch: whole transactions, as many as the limits allow, and always one.
///
/// Nothing where the changes end in the middle of the first: `more` says that others follow them, so that the last transaction
/// may not be whole.
pub(crate) fn cut(changes: &[RawChange], more: bool, limits: Limits) -> Option<usize> {
    let (mut rows, mut bytes, mut end) = (0, 0, 0);
    let mut all = transactions(changes);
    if mutant!(CutAnywhere) {
        return Some(changes.len().min(limits.rows));
    }
    if more {
        all.pop();
    }
    for transaction in all {
        rows += transaction.len();
        bytes += changes[transaction.clone()].iter().map(RawChange::size).sum::<usize>();
        if end > 0 && (rows > limits.rows || bytes > limits.bytes) {
            break;
        }
        end = transaction.end;
    }
    (end > 0 || changes.is_empty() && !more).then_some(end)
}

/// Transactions that are applied at the server at once, with the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Whose.
    pub(crate) replica: ReplicaId,
    /// What the ledger must have for the batch to be applied. Before the first batch it has nothing.
    pub(crate) previous: Mark,
    /// What the ledger has then.
    pub(crate) mark: Mark,
    /// The changes, in their order.
    pub(crate) changes: Vec<Stamped>,
    /// Where each transaction is among them.
    pub(crate) transactions: Vec<Range<usize>>,
    /// What each transaction did, for the server to keep with the batch: a copy of the replica's folder tells by it which of
    /// its changes are there already.
    pub(crate) trail: Vec<u64>,
    /// The changes of all transactions as one edit for each row.
    pub(crate) edits: Vec<Edit>,
    /// How many changes were made by a clock that runs ahead of the referee's.
    pub(crate) clamped: u64,
}

impl Batch {
    /// Makes a batch of the changes that follow a mark; it takes all of them.
    pub(crate) fn new(
        replica: ReplicaId,
        previous: Mark,
        referee_ms: u64,
        raw: &[RawChange],
    ) -> Result<Self, BadImage> {
        let transactions = transactions(raw);
        let digests: Vec<_> = transactions.iter().map(|at| TransactionDigest::of(&raw[at.clone()])).collect();
        let changes: Vec<Change> = raw.iter().map(RawChange::parse).collect::<Result<_, _>>()?;
        let mut clock = Clock::new(previous.high_time);
        let (changes, clamped) = stamp_all(changes, &mut clock, referee_ms, replica);
        let batch_no = previous.batch_no + 1;
        let high_seq = raw.last().map_or(previous.high_seq, |change| change.seq);
        let hash = previous.hash.next(batch_no, high_seq, &digests);
        Ok(Self {
            replica,
            previous,
            mark: Mark { batch_no, high_seq, high_time: clock.last(), referee_ms, hash },
            edits: compact(&changes),
            changes,
            transactions,
            trail: digests.into_iter().map(TransactionDigest::short).collect(),
            clamped,
        })
    }

    /// The changes of a transaction, by its place in the batch.
    pub(crate) fn changes_of(&self, transaction: usize) -> &[Stamped] {
        self.transactions.get(transaction).map_or(&[], |of| &self.changes[of.clone()])
    }

    /// The changes of some transactions, in their order, as one edit for each row.
    pub(crate) fn edits_of(&self, transactions: &[usize]) -> Vec<Edit> {
        compact(transactions.iter().flat_map(|&transaction| self.changes_of(transaction)))
    }

    /// What to tell a [`Bisect`](super::Bisect) of the transactions.
    pub(crate) fn members(&self) -> impl Iterator<Item = (usize, HashSet<RowKey>)> {
        let keys = |of: &[Stamped]| of.iter().flat_map(|stamped| stamped.change.keys()).cloned().collect();
        self.transactions.iter().map(move |of| (of.len(), keys(&self.changes[of.clone()])))
    }
}
