//! Indexes: those that are asked for, and one for each foreign key.

use super::quote::{constraint_name, quote_columns, quote_name, quote_text};
use crate::model::{Index, Search, Table};

pub(super) fn create(table: &Table) -> Vec<String> {
    let search = table.search.iter().map(|search| for_search(table, search));
    all(table).iter().map(|index| one(table, index)).chain(search).collect()
}

/// The name of the index that serves a search.
pub(super) fn search_name(table: &Table, search: &Search) -> String {
    constraint_name(table, &search.columns, "search_idx")
}

/// It is used only where a query has the same expression: the runtime has it once more.
fn for_search(table: &Table, search: &Search) -> String {
    let texts = search
        .columns
        .iter()
        .map(|&column| format!("coalesce({}, '')", quote_name(&table.columns[column].name)));
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} USING gin (to_tsvector({}, {}))",
        quote_name(&search_name(table, search)),
        quote_name(&table.name),
        quote_text(&search.language),
        texts.collect::<Vec<_>>().join(" || ' ' || "),
    )
}

/// Those that the schema asks for, each once, and those of foreign keys that nothing else serves.
pub(super) fn all(table: &Table) -> Vec<Index> {
    let mut out: Vec<Index> = Vec::new();
    for index in &table.indexes {
        if !out.contains(index) {
            out.push(index.clone());
        }
    }
    for key in table.foreign_keys.iter().filter(|key| key.indexed) {
        if !is_led_by(table, &out, &key.columns) {
            out.push(Index { columns: key.columns.clone(), using: None, filter: None });
        }
    }
    out
}

/// Whether the primary key, a unique constraint or an index begins with these columns.
fn is_led_by(table: &Table, indexes: &[Index], columns: &[usize]) -> bool {
    let mut plain = indexes.iter().filter(|index| index.filter.is_none() && index.using.is_none());
    table.primary_key.starts_with(columns)
        || table.unique.iter().any(|unique| unique.columns.starts_with(columns))
        || plain.any(|index| index.columns.starts_with(columns))
}

/// Indexes on the same columns that differ in kind or condition have names that differ.
pub(super) fn name(table: &Table, index: &Index) -> String {
    let mut suffix = index.using.as_deref().filter(|using| *using != "btree").unwrap_or("").to_owned();
    if let Some(filter) = &index.filter {
        suffix.push_str(&format!("{:06x}", crate::hash::fnv(filter.as_bytes()) as u32 & 0xff_ffff));
    }
    let suffix = if suffix.is_empty() { "idx".to_owned() } else { format!("{suffix}_idx") };
    constraint_name(table, &index.columns, &suffix)
}

fn one(table: &Table, index: &Index) -> String {
    let using = index.using.as_ref().map_or(String::new(), |using| format!(" USING {using}"));
    let filter = index.filter.as_ref().map_or(String::new(), |filter| format!(" WHERE {filter}"));
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {}{using} ({}){filter}",
        quote_name(&name(table, index)),
        quote_name(&table.name),
        quote_columns(table, &index.columns),
    )
}
