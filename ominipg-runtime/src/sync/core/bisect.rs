use std::collections::{BTreeMap, HashMap, HashSet};

use super::key::RowKey;

/// Finds the transactions of a batch that a server refuses, so that all others can be applied.
///
/// Each try stands between savepoints: what was applied stays, what was refused is rolled back. Constraints that are deferred
/// have to be checked before a try is called applied. A refused transaction costs about log₂ of their number in tries.
#[derive(Clone, Debug)]
pub(crate) struct Bisect<R> {
    transactions: Vec<Member>,
    /// Parts that are still to be tried, the next one last.
    parts: Vec<Part>,
    trying: Option<Try>,
    /// How many tries were refused.
    refusals: usize,
    /// Rows that a parked transaction was to change, and the first such one where it is in this batch.
    poisoned: HashMap<RowKey, Option<usize>>,
    parked: BTreeMap<usize, Why<R>>,
}

#[derive(Clone, Debug)]
struct Member {
    keys: HashSet<RowKey>,
    changes: usize,
}

#[derive(Clone, Debug)]
struct Part {
    transactions: Vec<usize>,
    /// How many tries had been refused when it was made, as the second part of a refused one: if the first part had none, then
    /// this one holds what was refused.
    made_after: Option<usize>,
}

/// What to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Try {
    /// These transactions, by their place in the batch, as one edit for each row.
    Together(Vec<usize>),
    /// This transaction, change by change as it was made: it may pass only so.
    InOrder(usize),
}

/// Why a transaction was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why<R> {
    /// The server refused it.
    Refused(R),
    /// It changes a row that a transaction before it was to change, which was left out.
    DependsOn {
        /// Which row.
        key: RowKey,
        /// Which transaction, by its place in the batch; nothing where it was in an earlier one.
        transaction: Option<usize>,
    },
}

impl<R> Bisect<R> {
    /// Of transactions, each with how many changes it has and the rows that they touch; and of the rows that transactions
    /// were to change which earlier batches had to leave out.
    pub(crate) fn new(
        transactions: impl IntoIterator<Item = (usize, HashSet<RowKey>)>,
        parked: impl IntoIterator<Item = RowKey>,
    ) -> Self {
        let member = |(changes, keys)| Member { keys, changes };
        let transactions: Vec<_> = transactions.into_iter().map(member).collect();
        let all = Part { transactions: (0..transactions.len()).collect(), made_after: None };
        Self {
            transactions,
            parts: vec![all],
            trying: None,
            refusals: 0,
            poisoned: parked.into_iter().map(|key| (key, None)).collect(),
            parked: BTreeMap::new(),
        }
    }

    /// What to try next; nothing when all is decided. The same, until [`tell`](Self::tell) was told of it.
    pub(crate) fn next(&mut self) -> Option<Try> {
        while self.trying.is_none() {
            let mut part = self.parts.pop()?;
            part.transactions.retain(|&transaction| !self.depends(transaction));
            if part.transactions.is_empty() {
                continue;
            }
            let bad = part.made_after == Some(self.refusals);
            if bad && part.transactions.len() > 1 {
                self.split(part.transactions);
                continue;
            }
            self.trying = Some(Try::Together(part.transactions));
        }
        self.trying.clone()
    }

    /// Tells what came of the try: applied, or refused and why.
    pub(crate) fn tell(&mut self, result: Result<(), R>) {
        let (Some(tried), Err(why)) = (self.trying.take(), result) else { return };
        self.refusals += 1;
        match tried {
            Try::Together(part) => match part[..] {
                [one] if self.transactions[one].changes > 1 => self.trying = Some(Try::InOrder(one)),
                [one] => self.park(one, Why::Refused(why)),
                _ => self.split(part),
            },
            Try::InOrder(one) => self.park(one, Why::Refused(why)),
        }
    }

    /// The transactions that are left out, by their place in the batch, each with why.
    pub(crate) fn parked(&self) -> &BTreeMap<usize, Why<R>> {
        &self.parked
    }

    /// The rows that they were to change, with those of earlier batches.
    pub(crate) fn poisoned(&self) -> impl Iterator<Item = &RowKey> {
        self.poisoned.keys()
    }

    fn split(&mut self, mut transactions: Vec<usize>) {
        let second = transactions.split_off(transactions.len() / 2);
        self.parts.push(Part { transactions: second, made_after: Some(self.refusals) });
        self.parts.push(Part { transactions, made_after: None });
    }

    fn park(&mut self, transaction: usize, why: Why<R>) {
        for key in &self.transactions[transaction].keys {
            // An earlier batch is before all of them.
            let first = self.poisoned.entry(key.clone()).or_insert(Some(transaction));
            *first = first.map(|first| first.min(transaction));
        }
        self.parked.insert(transaction, why);
    }

    /// Parks a transaction that touches a row of one that was parked before it; whether it does.
    fn depends(&mut self, transaction: usize) -> bool {
        let before = |key: &&RowKey| {
            self.poisoned.get(key).is_some_and(|first| first.is_none_or(|first| first < transaction))
        };
        // The least of them, so that the same batch always gives the same reason.
        let Some(key) = self.transactions[transaction].keys.iter().filter(before).min().cloned() else {
            return false;
        };
        let on = self.poisoned.get(&key).copied().flatten();
        self.park(transaction, Why::DependsOn { key, transaction: on });
        true
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::super::key::Key;
    use super::*;

    fn key(row: u8) -> RowKey {
        RowKey { table: 0, key: Key([Bytes::copy_from_slice(&[row])].into()) }
    }

    fn member(changes: usize, rows: &[u8]) -> (usize, HashSet<RowKey>) {
        (changes, rows.iter().map(|row| key(*row)).collect())
    }

    /// Tries until all is decided: what was applied, in its order, and how many tries it took.
    fn run(bisect: &mut Bisect<&'static str>, poison: &HashSet<usize>) -> (Vec<usize>, usize) {
        let (mut applied, mut tries) = (Vec::new(), 0);
        while let Some(next) = bisect.next() {
            let part = match next {
                Try::Together(part) => part,
                Try::InOrder(one) => vec![one],
            };
            tries += 1;
            if part.iter().any(|transaction| poison.contains(transaction)) {
                bisect.tell(Err("no"));
            } else {
                applied.extend(part);
                bisect.tell(Ok(()));
            }
        }
        (applied, tries)
    }

    #[test]
    fn what_passes_only_in_order_passes() {
        let mut bisect = Bisect::new([member(2, &[1]), member(1, &[2])], []);
        assert_eq!(bisect.next(), Some(Try::Together(vec![0, 1])));
        assert_eq!(bisect.next(), Some(Try::Together(vec![0, 1])), "until it is told");
        bisect.tell(Err("together"));
        assert_eq!(bisect.next(), Some(Try::Together(vec![0])));
        bisect.tell(Err("as one"));
        assert_eq!(bisect.next(), Some(Try::InOrder(0)));
        bisect.tell(Ok(()));
        assert_eq!(bisect.next(), Some(Try::Together(vec![1])));
        bisect.tell(Err("alone"));
        assert_eq!(bisect.next(), None);
        assert_eq!(bisect.parked(), &BTreeMap::from([(1, Why::Refused("alone"))]));
    }

    #[test]
    fn what_depends_on_a_parked_transaction_is_parked() {
        let all = [member(1, &[1]), member(1, &[2, 3]), member(1, &[3, 4]), member(1, &[4]), member(1, &[9])];
        let mut bisect = Bisect::new(all, [key(9)]);
        let (applied, _) = run(&mut bisect, &HashSet::from([1]));
        assert_eq!(applied, [0]);
        let depends = |row, transaction| Why::DependsOn { key: key(row), transaction };
        let expected = [
            (4, depends(9, None)),
            (1, Why::Refused("no")),
            (2, depends(3, Some(1))),
            (3, depends(4, Some(2))),
        ];
        assert_eq!(bisect.parked(), &BTreeMap::from(expected));
        assert_eq!(bisect.poisoned().count(), 4);
    }

    #[test]
    fn one_of_a_thousand_costs_about_its_logarithm() {
        for poison in [0, 1, 500, 998, 999] {
            let mut bisect = Bisect::new((0..1000).map(|_| member(1, &[])), []);
            let (applied, tries) = run(&mut bisect, &HashSet::from([poison]));
            assert_eq!(applied.len(), 999);
            assert!(tries <= 22, "{tries} tries for {poison}");
        }
    }

    proptest! {
        #[test]
        fn all_that_is_healthy_arrives_in_order(
            rows in prop::collection::vec(prop::collection::vec(0..30_u8, 1..3), 0..60),
            poison in prop::collection::hash_set(0..60_usize, 0..6),
        ) {
            let mut bisect = Bisect::new(rows.iter().map(|rows| member(rows.len(), rows)), []);
            let (applied, tries) = run(&mut bisect, &poison);
            let (mut healthy, mut poisoned) = (Vec::new(), HashSet::<&u8>::new());
            for (transaction, rows) in rows.iter().enumerate() {
                if poison.contains(&transaction) || rows.iter().any(|row| poisoned.contains(row)) {
                    poisoned.extend(rows);
                } else {
                    healthy.push(transaction);
                }
            }
            prop_assert_eq!(applied, healthy);
            prop_assert!(tries <= 1 + poison.len() * 16, "{} tries", tries);
        }
    }
}
