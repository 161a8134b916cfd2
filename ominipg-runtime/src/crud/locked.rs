use super::lock::{Lock, Strength, Wait};
use super::{Find, Relations};
use crate::model::Model;

/// Locks on the rows that are found, until the transaction ends: make the call in one.
impl<M: Model, R: Relations<M>> Find<M, R> {
    /// Locks the rows as an update or delete would.
    pub fn for_update(self) -> Self {
        self.locked(Strength::Update)
    }

    /// Locks the rows as an update that leaves their keys alone would: rows that refer to them may still be added.
    pub fn for_no_key_update(self) -> Self {
        self.locked(Strength::NoKeyUpdate)
    }

    /// Keeps others from changing the rows.
    pub fn for_share(self) -> Self {
        self.locked(Strength::Share)
    }

    /// Keeps others from deleting the rows and from changing their keys.
    pub fn for_key_share(self) -> Self {
        self.locked(Strength::KeyShare)
    }

    /// Fails with SQLSTATE 55P03 where another transaction has locked a row, in place of waiting for it.
    pub fn nowait(self) -> Self {
        self.waiting(Wait::Never)
    }

    /// Leaves out rows that another transaction has locked, as for a queue of jobs.
    pub fn skip_locked(self) -> Self {
        self.waiting(Wait::Skip)
    }

    fn locked(mut self, strength: Strength) -> Self {
        let wait = self.selection.lock.map_or(Wait::Until, |lock| lock.wait);
        self.selection.lock = Some(Lock { strength, wait });
        self
    }

    fn waiting(mut self, wait: Wait) -> Self {
        let strength = self.selection.lock.map_or(Strength::Update, |lock| lock.strength);
        self.selection.lock = Some(Lock { strength, wait });
        self
    }
}
