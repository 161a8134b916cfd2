//! The SQL that creates everything: it runs on PostgreSQL 15 and later, and may be run again without effect.

mod quote;
pub(crate) mod statements;

pub(crate) use quote::{comment_line, quote_name, quote_text};

use std::slice;

use quote::{block, unless_exists};

use crate::model::{Schema, Table};
use crate::shape::{self, Distribution, Shape};

/// The names that a table takes for itself and what belongs to it.
pub(crate) fn names_taken(schema: &Schema, table: &Table) -> Vec<String> {
    let shape = shape::Table::of(schema, table);
    let mut names = vec![shape.name, shape.primary_key.name];
    names.extend(shape.unique.into_iter().map(|key| key.name));
    names.extend(shape.indexes.into_iter().map(|index| index.name));
    names.extend(shape.foreign_keys.into_iter().map(|key| key.name));
    names
}

/// A constraint that a table is made with.
pub(crate) struct Constraint<'a> {
    pub(crate) name: &'a str,
    /// None where it is the primary key.
    pub(crate) columns: &'a [String],
    /// What its name ends with.
    pub(crate) suffix: &'static str,
}

/// The constraints of a table, with the names that the statements give them.
pub(crate) fn constraints(table: &shape::Table) -> Vec<Constraint<'_>> {
    let mut out = vec![Constraint { name: &table.primary_key.name, columns: &[], suffix: "pkey" }];
    let unique = table.unique.iter();
    out.extend(unique.map(|key| Constraint { name: &key.name, columns: &key.columns, suffix: "key" }));
    let checks = table.checks.iter();
    out.extend(checks.map(|check| Constraint {
        name: &check.name,
        columns: slice::from_ref(&check.column),
        suffix: check.suffix,
    }));
    let keys = table.foreign_keys.iter();
    out.extend(keys.map(|key| Constraint { name: &key.name, columns: &key.columns, suffix: "fkey" }));
    out
}

/// All statements in the order they run: enum types, tables, indexes, what Citus does, foreign keys, comments.
pub(crate) fn ddl(shape: &Shape) -> Vec<String> {
    let mut out: Vec<String> = shape.types.iter().map(enum_type).collect();
    let tables = || shape.tables.iter();
    out.extend(tables().map(|table| format!("CREATE TABLE IF NOT EXISTS {}", statements::table(table))));
    for table in tables() {
        let indexes = table.indexes.iter();
        out.extend(
            indexes
                .map(|index| format!("CREATE INDEX IF NOT EXISTS {}", statements::index(&table.name, index))),
        );
    }
    out.extend(distributed(tables()).map(|(table, how)| statements::distribute(table, how)));
    out.extend(tables().flat_map(|table| table.foreign_keys.iter().map(|key| foreign_key(&table.name, key))));
    out.extend(tables().filter_map(comments));
    out
}

/// The tables that Citus spreads: first those that each server has, since others may refer to them.
pub(crate) fn distributed<'a>(
    tables: impl Iterator<Item = &'a shape::Table> + Clone,
) -> impl Iterator<Item = (&'a str, &'a Distribution)> {
    let all = tables.filter_map(|table| Some((table.name.as_str(), table.distribution.as_ref()?)));
    let (first, then) = (all.clone(), all);
    let is_reference = |how: &Distribution| *how == Distribution::Reference;
    first.filter(move |(_, how)| is_reference(how)).chain(then.filter(move |(_, how)| !is_reference(how)))
}

fn enum_type(found: &shape::EnumType) -> String {
    // Where names are looked for first, so that a type of this name elsewhere does not hide a missing one.
    let condition = format!(
        "SELECT 1 FROM pg_catalog.pg_type WHERE typname = {} AND typnamespace = to_regnamespace(current_schema()::text)",
        quote_text(&found.name)
    );
    unless_exists(&condition, &statements::create_enum(found))
}

fn foreign_key(table: &str, key: &shape::ForeignKey) -> String {
    let condition = format!(
        "SELECT 1 FROM pg_catalog.pg_constraint WHERE conname = {} AND conrelid = to_regclass({})",
        quote_text(&key.name),
        quote_text(&quote_name(table))
    );
    unless_exists(&condition, &statements::add_foreign_key(table, key))
}

/// Written only where they differ, so that opening a database again changes nothing.
fn comments(table: &shape::Table) -> Option<String> {
    let relation = format!("to_regclass({})", quote_text(&quote_name(&table.name)));
    let of_table = table.comment.iter().map(|text| {
        let known = format!("obj_description({relation}, 'pg_class')");
        (known, statements::comment(&table.name, None, Some(text)), text)
    });
    let of_columns = table.columns.iter().filter_map(|column| {
        let text = column.comment.as_ref()?;
        let known = format!(
            "(SELECT col_description(attrelid, attnum) FROM pg_catalog.pg_attribute WHERE attrelid = {relation} AND attname = {})",
            quote_text(&column.name)
        );
        Some((known, statements::comment(&table.name, Some(&column.name), Some(text)), text))
    });
    let all: Vec<String> = of_table
        .chain(of_columns)
        .map(|(known, statement, text)| {
            format!("  IF {known} IS DISTINCT FROM {} THEN\n    {statement};\n  END IF;", quote_text(text))
        })
        .collect();
    (!all.is_empty()).then(|| block(&all.join("\n")))
}
