use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Statement;
use tokio_postgres::types::Type;

use crate::hash::HashMap;
use crate::param::Params;

/// What becomes of statements once they ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// So many stay prepared on each connection.
    Prepared(usize),
    /// None does; the types that the server inferred for the parameters of so many are remembered.
    Nothing(usize),
}

impl Default for Keeping {
    fn default() -> Self {
        Self::Prepared(256)
    }
}

/// What is kept of the statements of one connection; the one unused for longest makes room for a new one.
#[derive(Default)]
pub(super) struct Statements {
    keeping: Keeping,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    entries: HashMap<Box<str>, Entry>,
    clock: u64,
}

struct Entry {
    types: Vec<Type>,
    /// Closed on the server when the last copy goes.
    statement: Option<Statement>,
    used: u64,
}

impl Statements {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self { keeping, cache: Mutex::default() }
    }

    /// Whether statements stay prepared.
    pub(super) fn are_prepared(&self) -> bool {
        matches!(self.keeping, Keeping::Prepared(_))
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // The cache is whole after every step, so a panic elsewhere does not spoil it.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The statement for this text, prepared with the types of these parameters.
    pub(super) fn get(&self, sql: &str, params: Params<'_>) -> Option<Statement> {
        self.cache().used(sql).filter(|entry| params.are_of(&entry.types))?.statement.clone()
    }

    /// The types that the server inferred for this text.
    pub(super) fn types(&self, sql: &str) -> Option<Vec<Type>> {
        Some(self.cache().used(sql)?.types.clone())
    }

    /// Keeps a statement, or the types that were inferred for its text.
    pub(super) fn put(&self, sql: &str, types: Vec<Type>, statement: Option<Statement>) {
        let (Keeping::Prepared(capacity) | Keeping::Nothing(capacity)) = self.keeping;
        if capacity == 0 {
            return;
        }
        let mut cache = self.cache();
        if cache.entries.len() >= capacity && !cache.entries.contains_key(sql) {
            let oldest = cache.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(sql, _)| sql.clone());
            if let Some(oldest) = oldest {
                cache.entries.remove(&oldest);
            }
        }
        let used = cache.clock;
        cache.entries.insert(sql.into(), Entry { types, statement, used });
    }

    /// Forgets a statement.
    pub(super) fn remove(&self, sql: &str) {
        self.cache().entries.remove(sql);
    }
}

impl Cache {
    /// What is kept of a text, which is in use from now on.
    fn used(&mut self, sql: &str) -> Option<&Entry> {
        self.clock += 1;
        let clock = self.clock;
        let entry = self.entries.get_mut(sql)?;
        entry.used = clock;
        Some(entry)
    }
}
