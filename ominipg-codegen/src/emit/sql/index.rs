//! Indexes: those that are asked for, and one for each foreign key.

use super::quote::{constraint_name, quote_columns, quote_name};
use crate::model::{Index, Table};

pub(super) fn create(table: &Table) -> Vec<String> {
    let mut out: Vec<String> = table.indexes.iter().map(|index| one(table, index)).collect();
    for key in &table.foreign_keys {
        if !is_led_by(table, &key.columns) {
            out.push(one(table, &Index { columns: key.columns.clone(), using: None, filter: None }));
        }
    }
    out.dedup();
    out
}

/// Whether the primary key, a unique constraint or an index begins with these columns.
fn is_led_by(table: &Table, columns: &[usize]) -> bool {
    let plain = table.indexes.iter().filter(|index| index.filter.is_none() && index.using.is_none());
    table.primary_key.starts_with(columns)
        || table.unique.iter().any(|unique| unique.columns.starts_with(columns))
        || plain.into_iter().any(|index| index.columns.starts_with(columns))
}

fn one(table: &Table, index: &Index) -> String {
    // Indexes on the same columns that differ in kind or condition need names that differ.
    let mut suffix = index.using.as_deref().filter(|using| *using != "btree").unwrap_or("").to_owned();
    if let Some(filter) = &index.filter {
        suffix.push_str(&format!("{:06x}", crate::hash::fnv(filter.as_bytes()) as u32 & 0xff_ffff));
    }
    let suffix = if suffix.is_empty() { "idx".to_owned() } else { format!("{suffix}_idx") };
    let using = index.using.as_ref().map_or(String::new(), |using| format!(" USING {using}"));
    let filter = index.filter.as_ref().map_or(String::new(), |filter| format!(" WHERE {filter}"));
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {}{using} ({}){filter}",
        quote_name(&constraint_name(table, &index.columns, &suffix)),
        quote_name(&table.name),
        quote_columns(table, &index.columns),
    )
}
