//! A table as a file.

use std::collections::BTreeSet;

use ominipg_runtime::{Catalog, CatalogTable};

use super::column::property;
use super::json::{Json, Object};
use super::keys;
use crate::names;

/// The schemas of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspected {
    /// Names of files and their texts, ordered by name.
    pub files: Vec<(String, String)>,
    /// What of the database no schema says, a sentence each.
    pub notes: Vec<String>,
}

/// Makes schemas of what a database has: a file for each table that has a primary key.
pub fn inspect(catalog: &Catalog) -> Inspected {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut notes = Vec::new();
    for other in &catalog.others {
        notes.push(format!("the {} {} is left out: schemas are of tables", other.kind, other.name));
    }
    for found in &catalog.enums {
        let uses = |table: &CatalogTable| table.columns.iter().any(|column| column.base == found.name);
        if !catalog.tables.iter().any(uses) {
            notes.push(format!("no table has the enum {}: it is left out", found.name));
        }
    }
    let mut types = BTreeSet::new();
    for table in &catalog.tables {
        if table.primary_key().is_empty() {
            notes.push(format!("the table {} has no primary key: it is left out", table.name));
            continue;
        }
        if table.partitioned {
            notes.push(format!("{} is made of partitions: its schema makes one table", table.name));
        }
        let name = file(&table.name, &files);
        let mut extension = Object::default();
        if name.strip_suffix(".json") != Some(&table.name) {
            extension.set("table", Json::text(&table.name));
        }
        if let Some(row) = row_type(table, &mut types) {
            extension.set("name", Json::text(row));
        }
        let json = schema(catalog, table, extension, &mut notes);
        files.push((name, json.print()));
    }
    files.sort();
    Inspected { files, notes }
}

/// A file for a table, whose name need not be one for files.
fn file(table: &str, files: &[(String, String)]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let stem: String = table.chars().map(plain).collect();
    let mut name = format!("{stem}.json");
    let mut count = 2;
    // Many file systems take `Users` and `users` for the same.
    while files.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
        name = format!("{stem}_{count}.json");
        count += 1;
    }
    name
}

/// A name for the row type, where that which the table's name gives would make types that are there already: `user` and `users`
/// both give `User`.
fn row_type(table: &CatalogTable, types: &mut BTreeSet<String>) -> Option<String> {
    let of = |row: &str| {
        let mut all = vec![row.to_owned(), format!("New{row}"), format!("{row}Patch"), format!("{row}Key")];
        let enums = table.columns.iter().filter(|column| column.is_enum);
        all.extend(enums.map(|column| names::value_type(row, &names::snake(&column.name))));
        all
    };
    let mut row = names::row_type(&table.name);
    let mut count = 1;
    let whole = names::pascal(&table.name);
    let mut changed = None;
    while of(&row).iter().any(|name| types.contains(name)) {
        row = if count == 1 { format!("{whole}Row") } else { format!("{whole}Row{count}") };
        changed = Some(row.clone());
        count += 1;
    }
    types.extend(of(&row));
    changed
}

fn schema(catalog: &Catalog, table: &CatalogTable, mut extension: Object, notes: &mut Vec<String>) -> Json {
    let mut schema = Object::default();
    schema.set("$schema", Json::text("https://json-schema.org/draft/2020-12/schema"));
    if let Some(comment) = &table.comment {
        schema.set("description", Json::text(comment));
    }
    schema.set("type", Json::text("object"));
    keys::of_table(table, &mut extension, notes);
    if !extension.is_empty() {
        schema.set("x-ominipg", extension.done());
    }
    let mut required = Vec::new();
    let mut properties = Object::default();
    let mut taken: Vec<String> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let field = names::snake(&column.name);
        let is_usable = !field.is_empty() && field != "_" && !taken.contains(&field);
        let name = (!is_usable).then(|| format!("column_{}", index + 1));
        taken.push(name.clone().unwrap_or(field));
        if let Some(property) = property(catalog, table, column, name, notes) {
            if property.required {
                required.push(column.name.clone());
            }
            properties.set(&column.name, property.json);
        }
    }
    if !required.is_empty() {
        schema.set("required", Json::texts(&required));
    }
    schema.set("properties", properties.done());
    schema.done()
}
