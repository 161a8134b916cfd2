//! Parts of statements that are the same whenever a table is asked: each is made once for each table.

use std::hash::Hash;
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::hash::HashMap;
use crate::schema::TableDef;

/// Texts of one sort, by what sets them apart for a table. They stay for as long as the program runs, as tables do.
pub(crate) struct Texts<K>(LazyLock<RwLock<HashMap<(usize, K), &'static str>>>);

impl<K: Eq + Hash> Texts<K> {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self(LazyLock::new(RwLock::default))
    }

    /// The text for a table, once it was made.
    pub(crate) fn get(&self, table: &'static TableDef, key: K) -> Option<&'static str> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&place(table, key)).copied()
    }

    /// Keeps the text for a table.
    pub(crate) fn keep(&self, table: &'static TableDef, key: K, text: &str) {
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        texts.entry(place(table, key)).or_insert_with(|| text.to_owned().leak());
    }
}

fn place<K>(table: &'static TableDef, key: K) -> (usize, K) {
    (std::ptr::from_ref(table).addr(), key)
}
