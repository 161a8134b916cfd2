use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::mutant::{Mutant, is_on};
use super::super::{
    Action, Batch, Bisect, Conflict, Edit, How, Image, Mark, Pushed, Remote, ReplicaId, RowKey, Shadow,
    Stamped, Try, merge,
};
use super::checks::atomic;
use super::tables::{HARD, POISON, TABLES, field, seeds, value};

/// What was applied at once: its changes, and the edits that they came to.
pub(super) struct Unit {
    pub(super) changes: Vec<Stamped>,
    pub(super) edits: Vec<Edit>,
}

/// A server in memory. A clone is a backup.
#[derive(Clone, Default)]
pub(super) struct Server {
    pub(super) rows: BTreeMap<RowKey, Image>,
    pub(super) shadows: BTreeMap<RowKey, Shadow>,
    kept: BTreeMap<RowKey, Image>,
    ledger: BTreeMap<ReplicaId, Mark>,
    pub(super) pushed: Vec<(ReplicaId, Rc<Pushed>)>,
    pub(super) journal: Vec<Rc<Conflict>>,
    /// All that it has applied.
    pub(super) log: Vec<Rc<Unit>>,
    /// The rows of parked transactions, by who had made them.
    poisoned: BTreeMap<ReplicaId, BTreeSet<RowKey>>,
    pub(super) parked: Vec<Rc<Vec<Stamped>>>,
}

impl Server {
    pub(super) fn new() -> Self {
        let key = |image: &Image| RowKey { table: image.layout.table, key: image.key().expect("it has one") };
        let rows = seeds().into_iter().map(|image| (key(&image), image)).collect();
        Self { rows, ..Self::default() }
    }

    pub(super) fn ledger(&self, replica: ReplicaId) -> Option<Mark> {
        self.ledger.get(&replica).copied()
    }

    pub(super) fn pushed(&self, replica: ReplicaId, from: u64) -> Vec<Pushed> {
        let ours = self.pushed.iter().filter(|(of, batch)| *of == replica && batch.mark.batch_no >= from);
        ours.map(|(_, batch)| (**batch).clone()).collect()
    }

    /// Applies a batch in one transaction; nothing where the ledger has something else than what came before.
    pub(super) fn apply(&mut self, batch: &Batch) -> Result<Option<u64>, String> {
        let before = self.ledger(batch.replica);
        let fits = before.map_or(batch.previous.batch_no == 0, |before| before.agrees(&batch.previous));
        if !fits && !is_on(Mutant::NoLedger) {
            return Ok(None);
        }
        let poisoned = self.poisoned.get(&batch.replica).cloned().unwrap_or_default();
        let mut bisect = Bisect::new(batch.members(), poisoned);
        let already = self.journal.len();
        while let Some(next) = bisect.next() {
            let units = match &next {
                Try::Together(all) => {
                    let changes = all.iter().flat_map(|&at| batch.changes_of(at)).cloned().collect();
                    vec![Unit { changes, edits: batch.edits_of(all) }]
                }
                Try::InOrder(one) => in_order(batch.changes_of(*one)),
            };
            let refused = units.iter().flat_map(|unit| &unit.edits).any(refused);
            bisect.tell(if refused { Err("the server does not like it") } else { Ok(()) });
            for unit in units.into_iter().filter(|_| !refused) {
                self.write(&unit)?;
                self.log.push(Rc::new(unit));
            }
        }
        let conflicts = (self.journal.len() - already) as u64;
        for &at in bisect.parked().keys() {
            self.parked.push(Rc::new(batch.changes_of(at).to_vec()));
        }
        self.poisoned.insert(batch.replica, bisect.poisoned().cloned().collect());
        self.ledger.insert(batch.replica, batch.mark);
        let pushed = Pushed { mark: batch.mark, trail: batch.trail.clone() };
        self.pushed.push((batch.replica, Rc::new(pushed)));
        atomic(self)?;
        Ok(Some(conflicts))
    }

    fn write(&mut self, unit: &Unit) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for edit in &unit.edits {
            if !seen.insert(&edit.key) {
                return Err("a command cannot affect a row a second time".to_owned());
            }
            self.merge(edit);
        }
        Ok(())
    }

    /// Applies one edit.
    pub(super) fn merge(&mut self, edit: &Edit) {
        let key = &edit.key;
        let remote = Remote {
            shadow: self.shadows.get(key).cloned().unwrap_or_default(),
            row: self.rows.get(key).cloned(),
            kept: self.kept.get(key).cloned(),
        };
        let merged = merge(&TABLES[key.table].rules, &remote, edit);
        match merged.action {
            Action::Keep | Action::Ask => {}
            Action::Delete => drop(self.rows.remove(key)),
            Action::Insert(row) | Action::Replace(row) => drop(self.rows.insert(key.clone(), row)),
            Action::Write(columns) => {
                let (Some(row), Some(new)) = (self.rows.get_mut(key), edit.image()) else { return };
                for write in columns {
                    let at = write.column;
                    let old = value(row, at);
                    let base = edit.base.as_ref().and_then(|base| value(base, at));
                    let value = match write.how {
                        How::Set => new.fields[at].clone(),
                        How::Max => old.max(value(new, at)).map(field),
                        How::Add => {
                            let added = value(new, at).unwrap_or(0) - base.unwrap_or(0);
                            Some(field(old.unwrap_or(0) + added))
                        }
                    };
                    row.set(at, value, 20);
                }
            }
        }
        self.shadows.insert(key.clone(), merged.shadow);
        match merged.kept {
            Some(kept) => drop(self.kept.insert(key.clone(), kept)),
            None => drop(self.kept.remove(key)),
        }
        self.journal.extend(merged.conflict.map(Rc::new));
    }
}

/// A transaction's changes, each for itself.
fn in_order(changes: &[Stamped]) -> Vec<Unit> {
    let unit = |change: &Stamped| {
        let edits = super::super::compact([change]);
        Unit { changes: vec![change.clone()], edits }
    };
    changes.iter().map(unit).collect()
}

fn refused(edit: &Edit) -> bool {
    edit.key.table == HARD && edit.row.as_ref().is_some_and(|row| value(row, 1) == Some(POISON))
}
