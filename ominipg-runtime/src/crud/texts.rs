//! The texts of the statements that read a row by its key: they are the same for every key, and made once for each table.

use std::sync::{LazyLock, PoisonError, RwLock};

use super::selection::Deleted;
use crate::hash::HashMap;
use crate::schema::TableDef;

/// By the table's address: it stays where it is for as long as the program runs.
type Texts = HashMap<(usize, Deleted), &'static str>;

static TEXTS: LazyLock<RwLock<Texts>> = LazyLock::new(RwLock::default);

/// The text for a table, once it was made.
pub(super) fn get(table: &'static TableDef, deleted: Deleted) -> Option<&'static str> {
    TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&place(table, deleted)).copied()
}

/// Keeps the text for a table, for as long as the program runs.
pub(super) fn keep(table: &'static TableDef, deleted: Deleted, text: &str) {
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    texts.entry(place(table, deleted)).or_insert_with(|| text.to_owned().leak());
}

fn place(table: &'static TableDef, deleted: Deleted) -> (usize, Deleted) {
    (std::ptr::from_ref(table).addr(), deleted)
}
