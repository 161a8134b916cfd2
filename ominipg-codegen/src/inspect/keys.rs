//! Keys, indexes and foreign keys as `x-ominipg` says them.

use ominipg_runtime::{CatalogColumn, CatalogConstraint, CatalogIndex, CatalogTable, ConstraintKind};

use super::json::{Json, Object};

/// The reference of a column, if it is a part of a foreign key; of several, the first.
pub(super) fn reference(
    table: &CatalogTable,
    column: &CatalogColumn,
    notes: &mut Vec<String>,
) -> Option<Json> {
    let mut keys = table
        .constraints
        .iter()
        .filter(|found| found.kind == ConstraintKind::ForeignKey && found.columns.contains(&column.name));
    let key = keys.next()?;
    for other in keys {
        notes.push(format!(
            "{}.{} has a second foreign key, {}, which its schema does not say: {}",
            table.name, column.name, other.name, other.definition
        ));
    }
    let foreign = key.foreign.as_ref()?;
    let at = key.columns.iter().position(|name| *name == column.name)?;
    let mut out = Object::default();
    out.set("table", Json::text(&foreign.table));
    out.set("column", Json::text(&foreign.columns[at]));
    for (keyword, action) in [("onDelete", &foreign.on_delete), ("onUpdate", &foreign.on_update)] {
        let word = match action.as_deref() {
            Some("CASCADE") => "cascade",
            Some("RESTRICT") => "restrict",
            Some("SET NULL") => "setNull",
            Some("SET DEFAULT") => "setDefault",
            _ => continue,
        };
        out.set(keyword, Json::text(word));
    }
    if !is_led(table, &key.columns, None) {
        out.set("index", Json::Plain(false.into()));
    }
    Some(out.done())
}

/// Whether something begins with these columns, as an index that serves them does.
fn is_led(table: &CatalogTable, columns: &[String], but: Option<&str>) -> bool {
    let by_key = table.constraints.iter().any(|found| {
        matches!(found.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            && found.columns.starts_with(columns)
    });
    by_key
        || table.indexes.iter().filter(|index| Some(index.name.as_str()) != but).any(|index| {
            is_plain(index) && plain_columns(index).is_some_and(|names| names.starts_with(columns))
        })
}

fn is_plain(index: &CatalogIndex) -> bool {
    index.using == "btree" && index.filter.is_none()
}

fn plain_columns(index: &CatalogIndex) -> Option<Vec<String>> {
    index.columns.iter().cloned().collect()
}

/// The keys of a table that are no columns' own.
pub(super) fn of_table(table: &CatalogTable, extension: &mut Object, notes: &mut Vec<String>) {
    let key = table.primary_key();
    if key != ["id".to_owned()] {
        extension.set("keys", Json::texts(key));
    }
    let constraints = table.constraints.iter().filter(|found| found.kind == ConstraintKind::Unique);
    let mut unique: Vec<Json> = constraints.map(|found| columns(&found.columns)).collect();
    let mut indexes: Vec<Json> = Vec::new();
    for index in &table.indexes {
        let names = plain_columns(index);
        match names {
            Some(names) if index.unique && is_plain(index) => {
                notes.push(format!(
                    "{}: the unique index {} is a unique constraint in a schema",
                    table.name, index.name
                ));
                unique.push(columns(&names));
            }
            Some(names) if !index.unique => {
                if !is_made_for_key(table, index, &names) {
                    indexes.push(plain(index, &names));
                }
            }
            _ => match search(index) {
                Some(search) => extension.set("search", search),
                None => notes.push(format!(
                    "{}: the index {} is not said in a schema: {}",
                    table.name, index.name, index.definition
                )),
            },
        }
    }
    if !unique.is_empty() {
        extension.set("unique", Json::List(unique));
    }
    if !indexes.is_empty() {
        extension.set("indexes", Json::List(indexes));
    }
    for other in table.constraints.iter().filter(|found| is_untold(table, found)) {
        notes.push(format!(
            "{}: the constraint {} is not said in a schema: {}",
            table.name, other.name, other.definition
        ));
    }
    names(table, notes);
}

/// Whether it is the index that every foreign key gets unless something else serves.
fn is_made_for_key(table: &CatalogTable, index: &CatalogIndex, names: &[String]) -> bool {
    let mut keys = table.constraints.iter().filter(|found| found.kind == ConstraintKind::ForeignKey);
    is_plain(index) && keys.any(|key| key.columns == names) && !is_led(table, names, Some(&index.name))
}

fn plain(index: &CatalogIndex, names: &[String]) -> Json {
    if is_plain(index) {
        return columns(names);
    }
    let mut out = Object::default();
    out.set("columns", columns(names));
    if index.using != "btree" {
        out.set("using", Json::text(&index.using));
    }
    if let Some(filter) = &index.filter {
        out.set("where", Json::text(filter));
    }
    out.done()
}

/// One name, or a list.
fn columns(names: &[String]) -> Json {
    match names {
        [one] => Json::text(one),
        several => Json::texts(several),
    }
}

/// The search that an index serves, where it is of the form that a schema's is.
fn search(index: &CatalogIndex) -> Option<Json> {
    if index.using != "gin" || index.unique || index.filter.is_some() {
        return None;
    }
    let (_, inside) = index.definition.split_once("to_tsvector('")?;
    let (language, texts) = inside.split_once("'::regconfig, ")?;
    let mut names = Vec::new();
    for part in texts.split("COALESCE(").skip(1) {
        let (name, _) = part.split_once(", ''::text)")?;
        names.push(name.strip_suffix("::text").unwrap_or(name).trim_matches(['(', ')', '"']).to_owned());
    }
    if names.is_empty() {
        return None;
    }
    let mut out = Object::default();
    out.set("columns", Json::texts(&names));
    out.set("language", Json::text(language));
    Some(out.done())
}

/// Whether a constraint is neither a key nor of one column.
fn is_untold(table: &CatalogTable, found: &CatalogConstraint) -> bool {
    match found.kind {
        ConstraintKind::Check => found.columns.len() != 1,
        ConstraintKind::ForeignKey => {
            let same_target = |other: &&CatalogConstraint| {
                other.kind == ConstraintKind::ForeignKey
                    && other.columns.len() > 1
                    && other.foreign.as_ref().map(|key| &key.table)
                        == found.foreign.as_ref().map(|key| &key.table)
            };
            // The columns of one reference to a table make one key.
            found.columns.len() > 1
                && table.constraints.iter().find(same_target).is_some_and(|first| first.name != found.name)
        }
        ConstraintKind::PrimaryKey | ConstraintKind::Unique => false,
        _ => true,
    }
}

/// Notes the names that a schema would not give.
fn names(table: &CatalogTable, notes: &mut Vec<String>) {
    for found in &table.constraints {
        let (columns, suffix): (&[String], &str) = match found.kind {
            ConstraintKind::PrimaryKey => (&[], "pkey"),
            ConstraintKind::Unique => (&found.columns, "key"),
            ConstraintKind::ForeignKey => (&found.columns, "fkey"),
            _ => continue,
        };
        let mut parts = vec![table.name.as_str()];
        parts.extend(columns.iter().map(String::as_str));
        parts.push(suffix);
        let name = parts.join("_");
        // Longer names are cut in a way of their own.
        if name.len() <= 63 && name != found.name {
            notes.push(format!(
                "{}: the constraint {} is called {name} by its schema",
                table.name, found.name
            ));
        }
    }
}
