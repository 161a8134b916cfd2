//! The SQL that creates everything: it runs on PostgreSQL 15 and later, and may be run again without effect.

mod enums;
mod foreign_key;
mod index;
mod quote;
mod table;

pub(crate) use quote::{quote_name, quote_text};

use crate::model::Schema;

/// All statements in the order they run: enum types, tables, indexes, foreign keys.
pub(crate) fn ddl(schema: &Schema) -> Vec<String> {
    let mut out = enums::create(schema);
    out.extend(schema.tables.iter().map(table::create));
    out.extend(schema.tables.iter().flat_map(index::create));
    for table in &schema.tables {
        out.extend(foreign_key::create(schema, table));
    }
    out
}
