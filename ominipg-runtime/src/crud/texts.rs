//! The texts of the statements that read a row by its key: they are the same for every key, and made once for each table.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::selection::Deleted;
use crate::schema::TableDef;

/// By the table's address: it stays where it is for as long as the program runs.
type Texts = HashMap<(usize, Deleted), Arc<str>>;

static TEXTS: LazyLock<RwLock<Texts>> = LazyLock::new(RwLock::default);

/// The text for a table, once it was made.
pub(super) fn get(table: &'static TableDef, deleted: Deleted) -> Option<Arc<str>> {
    TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&place(table, deleted)).cloned()
}

/// Keeps the text for a table.
pub(super) fn keep(table: &'static TableDef, deleted: Deleted, text: &str) {
    TEXTS.write().unwrap_or_else(PoisonError::into_inner).insert(place(table, deleted), text.into());
}

fn place(table: &'static TableDef, deleted: Deleted) -> (usize, Deleted) {
    (std::ptr::from_ref(table).addr(), deleted)
}
