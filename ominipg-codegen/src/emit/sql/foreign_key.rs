//! Foreign keys, added when all tables are there.

use super::quote::{constraint_name, quote_columns, quote_name, quote_text, unless_exists};
use crate::model::{OnDelete, Schema, Table};

pub(super) fn create(schema: &Schema, table: &Table) -> Vec<String> {
    let mut out = Vec::new();
    for key in table.foreign_keys.iter().filter(|key| key.enforced) {
        let target = &schema.tables[key.target];
        let name = constraint_name(table, &key.columns, "fkey");
        let from = quote_name(&table.name);
        let condition = format!(
            "SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = {} AND conrelid = to_regclass({})",
            quote_text(&name),
            quote_text(&from)
        );
        let on_delete = match key.on_delete {
            OnDelete::NoAction => "",
            OnDelete::Restrict => " ON DELETE RESTRICT",
            OnDelete::Cascade => " ON DELETE CASCADE",
            OnDelete::SetNull => " ON DELETE SET NULL",
            OnDelete::SetDefault => " ON DELETE SET DEFAULT",
        };
        // Deferrable, so that a transaction may load rows that refer to each other.
        let statement = format!(
            "ALTER TABLE {from} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}){on_delete} DEFERRABLE INITIALLY IMMEDIATE",
            quote_name(&name),
            quote_columns(table, &key.columns),
            quote_name(&target.name),
            quote_columns(target, &key.target_columns),
        );
        out.push(unless_exists(&condition, &statement));
    }
    out
}
