use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Statement;
use tokio_postgres::types::Type;

/// How many statements a connection keeps prepared.
const CAPACITY: usize = 256;

/// The prepared statements of one connection; the one unused for longest makes room for a new one.
#[derive(Default)]
pub(super) struct Statements(Mutex<Cache>);

#[derive(Default)]
struct Cache {
    entries: HashMap<Box<str>, Entry>,
    clock: u64,
}

struct Entry {
    types: Vec<Type>,
    statement: Statement,
    used: u64,
}

impl Statements {
    fn cache(&self) -> MutexGuard<'_, Cache> {
        // The cache is whole after every step, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The statement for this text, prepared with these types.
    pub(super) fn get(&self, sql: &str, types: &[Type]) -> Option<Statement> {
        let mut cache = self.cache();
        cache.clock += 1;
        let clock = cache.clock;
        let entry = cache.entries.get_mut(sql).filter(|entry| entry.types == types)?;
        entry.used = clock;
        Some(entry.statement.clone())
    }

    /// Keeps a statement.
    pub(super) fn put(&self, sql: &str, types: Vec<Type>, statement: Statement) {
        let mut cache = self.cache();
        if cache.entries.len() >= CAPACITY && !cache.entries.contains_key(sql) {
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
