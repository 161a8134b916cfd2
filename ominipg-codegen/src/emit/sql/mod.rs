//! The SQL that creates everything: it runs on PostgreSQL 15 and later, and may be run again without effect.

mod enums;
mod foreign_key;
mod index;
mod quote;
mod table;

pub(crate) use quote::{quote_name, quote_text};

use crate::model::{Schema, Table};

/// The names that a table takes for itself and what belongs to it.
pub(crate) fn names_taken(table: &Table) -> Vec<String> {
    let mut names = vec![table.name.clone(), quote::constraint_name(table, &[], "pkey")];
    names.extend(table.unique.iter().map(|unique| quote::constraint_name(table, &unique.columns, "key")));
    names.extend(index::all(table).iter().map(|index| index::name(table, index)));
    names.extend(table.search.iter().map(|search| index::search_name(table, search)));
    let keys = table.foreign_keys.iter().filter(|key| key.enforced);
    names.extend(keys.map(|key| quote::constraint_name(table, &key.columns, "fkey")));
    names
}

/// A constraint that a table is made with.
pub(crate) struct Constraint {
    pub(crate) name: String,
    /// None where it is the primary key.
    pub(crate) columns: Vec<usize>,
    /// What its name ends with.
    pub(crate) suffix: &'static str,
}

/// The constraints of a table, with the names that the statements give them.
pub(crate) fn constraints(table: &Table) -> Vec<Constraint> {
    let unique = table.unique.iter().map(|unique| (unique.columns.clone(), "key"));
    let checks = table.columns.iter().enumerate().filter(|(_, column)| table::enum_check(column).is_some());
    let checks = checks.map(|(index, _)| (vec![index], "check"));
    let keys = table.foreign_keys.iter().filter(|key| key.enforced);
    let keys = keys.map(|key| (key.columns.clone(), "fkey"));
    let all = std::iter::once((Vec::new(), "pkey")).chain(unique).chain(checks).chain(keys);
    let named = all.map(|(columns, suffix)| {
        let name = quote::constraint_name(table, &columns, suffix);
        Constraint { name, columns, suffix }
    });
    named.collect()
}

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
