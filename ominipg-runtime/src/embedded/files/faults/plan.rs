//! Which operation fails, and how.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cap_std::fs::Dir;

use super::undo::Undo;
use crate::embedded::wasi::errno::{Errno, Result};

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) enum Fault {
    /// The disk answers with an error, once.
    Error(Errno),
    /// A write stops halfway, once, and says so; other operations answer EIO.
    Short,
    /// Nothing works from here on, as if the process had been killed before the operation.
    Dead,
    /// The same, and nothing is left that was not synced, as if the power had gone.
    PowerCut,
    /// The same, but some of the writes are left, whatever their order was.
    TornPowerCut,
}

/// The failures of one folder.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Faults(Option<Arc<Mutex<Plan>>>);

#[derive(Debug)]
struct Plan {
    /// Operations so far.
    count: u64,
    /// Which operation fails, counted from 1.
    at: u64,
    fault: Fault,
    /// What was not synced yet, where it may be lost.
    undo: Option<Undo>,
}

impl Faults {
    pub(in crate::embedded::files) fn none() -> Self {
        Self(None)
    }

    /// The `at`-th operation fails, counted from 1; with 0 none does, and they are only counted.
    pub(in crate::embedded) fn plan(at: u64, fault: Fault) -> Self {
        let undo = matches!(fault, Fault::PowerCut | Fault::TornPowerCut).then(Undo::new);
        Self(Some(Arc::new(Mutex::new(Plan { count: 0, at, fault, undo }))))
    }

    fn plan_of(&self) -> Option<MutexGuard<'_, Plan>> {
        self.0.as_ref().map(|plan| plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next operation fails.
    pub(in crate::embedded) fn now(&self) {
        if let Some(mut plan) = self.plan_of() {
            plan.at = plan.count + 1;
        }
    }

    /// Operations so far.
    pub(in crate::embedded) fn count(&self) -> u64 {
        self.plan_of().map_or(0, |plan| plan.count)
    }

    /// Counts an operation, and fails where it is its turn; where not, remembers how it is undone.
    fn next(&self, remember: impl FnOnce(&mut Undo)) -> Result<()> {
        let Some(mut plan) = self.plan_of() else { return Ok(()) };
        plan.fails()?;
        if let Some(undo) = &mut plan.undo {
            remember(undo);
        }
        Ok(())
    }

    pub(in crate::embedded::files) fn create(&self, dir: &Dir, path: &str) -> Result<()> {
        self.next(|undo| undo.created(dir, path))
    }

    pub(in crate::embedded::files) fn remove(&self, dir: &Dir, path: &str) -> Result<()> {
        self.next(|undo| undo.removed(dir, path))
    }

    pub(in crate::embedded::files) fn rename(&self, dir: &Dir, from: &str, to: &str) -> Result<()> {
        self.next(|undo| undo.renamed(dir, from, to))
    }

    pub(in crate::embedded::files) fn write(&self, file: &File, offset: u64, len: usize) -> Result<usize> {
        let Some(mut plan) = self.plan_of() else { return Ok(len) };
        let len = if plan.fault == Fault::Short && plan.count + 1 == plan.at {
            plan.count += 1;
            len / 2
        } else {
            plan.fails()?;
            len
        };
        if let Some(undo) = &mut plan.undo {
            undo.written(file, offset, len as u64);
        }
        Ok(len)
    }

    pub(in crate::embedded::files) fn resize(&self, file: &File, len: u64) -> Result<()> {
        self.next(|undo| undo.resized(file, len))
    }

    /// The kernel outlives these tests, so that the disk need not be waited for.
    pub(in crate::embedded::files) fn sync(&self, file: &File) -> Result<bool> {
        self.next(|undo| undo.synced(file))?;
        Ok(self.0.is_none())
    }

    pub(in crate::embedded::files) fn sync_directory(&self, path: &str) -> Result<bool> {
        self.next(|undo| undo.synced_directory(path))?;
        Ok(self.0.is_none())
    }
}

impl Plan {
    fn fails(&mut self) -> Result<()> {
        self.count += 1;
        let is_due = self.count == self.at;
        let is_over = self.at != 0 && self.count >= self.at;
        match self.fault {
            Fault::Error(errno) if is_due => Err(errno),
            Fault::Short if is_due => Err(Errno::IO),
            Fault::Dead | Fault::PowerCut | Fault::TornPowerCut if is_over => {
                if let Some(undo) = self.undo.take() {
                    undo.run((self.fault == Fault::TornPowerCut).then_some(self.at));
                }
                Err(Errno::IO)
            }
            _ => Ok(()),
        }
    }
}
