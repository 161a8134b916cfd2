//! The shape of a model.

use std::collections::BTreeMap;

use super::check;
use super::name::derived;
use super::table::{Column, Distribution, EnumType, ForeignKey, Index, Key, Shape, Table, VERSION};
use crate::model::{self, Action, Schema, Type};

impl Shape {
    pub(crate) fn of(schema: &Schema) -> Self {
        let tables = schema.tables.iter().map(|table| Table::of(schema, table)).collect();
        Self { version: VERSION, types: types(schema), tables }
    }
}

fn types(schema: &Schema) -> Vec<EnumType> {
    let mut types: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        let Some(found) = column.ty.as_enum() else { continue };
        if let Some(native) = found.native.as_deref() {
            let values = || found.variants.iter().map(|variant| variant.value.clone()).collect();
            types.entry(native).or_insert_with(values);
        }
    }
    types.into_iter().map(|(name, values)| EnumType { name: name.to_owned(), values }).collect()
}

impl Table {
    pub(crate) fn of(schema: &Schema, table: &model::Table) -> Self {
        let names = |columns: &[usize]| names(table, columns);
        let unique = table.unique.iter().map(|unique| Key {
            name: derived(table, &unique.columns, "key"),
            columns: names(&unique.columns),
        });
        Self {
            name: table.name.clone(),
            comment: table.comment.clone(),
            distribution: table.distribution.as_ref().map(|found| match found.column {
                Some(column) => Distribution::Column(table.columns[column].name.clone()),
                None => Distribution::Reference,
            }),
            columns: table.columns.iter().map(column).collect(),
            primary_key: Key { name: derived(table, &[], "pkey"), columns: names(&table.primary_key) },
            unique: unique.collect(),
            checks: table
                .columns
                .iter()
                .enumerate()
                .flat_map(|(index, column)| check::of(column, |suffix| derived(table, &[index], suffix)))
                .collect(),
            indexes: indexes(table),
            foreign_keys: foreign_keys(schema, table),
        }
    }
}

fn names(table: &model::Table, columns: &[usize]) -> Vec<String> {
    columns.iter().map(|column| table.columns[*column].name.clone()).collect()
}

fn column(column: &model::Column) -> Column {
    Column {
        name: column.name.clone(),
        ty: column.declared_type(),
        of_enum: match &column.ty {
            Type::Enum(found) => found.native.clone(),
            _ => None,
        },
        nullable: column.nullable,
        default: column.default.clone(),
        identity: column.identity,
        comment: column.comment.clone(),
    }
}

/// Those that the schema asks for, those of foreign keys, and that of a search.
fn indexes(table: &model::Table) -> Vec<Index> {
    let plain = wanted(table).into_iter().map(|index| Index {
        name: index_name(table, &index),
        columns: names(table, &index.columns),
        using: index.using,
        filter: index.filter,
        search: None,
    });
    let search = table.search.iter().map(|search| Index {
        name: derived(table, &search.columns, "search_idx"),
        columns: names(table, &search.columns),
        using: Some("gin".to_owned()),
        filter: None,
        search: Some(search.language.clone()),
    });
    plain.chain(search).collect()
}

/// Each index that the schema asks for once, and those of foreign keys that nothing else serves.
fn wanted(table: &model::Table) -> Vec<model::Index> {
    let mut out: Vec<model::Index> = Vec::new();
    for index in &table.indexes {
        if !out.iter().any(|seen| seen.is(index)) {
            out.push(index.clone());
        }
    }
    for key in table.foreign_keys.iter().filter(|key| key.indexed) {
        if !is_led_by(table, &out, &key.columns) {
            let (columns, place) = (key.columns.clone(), key.place);
            out.push(model::Index { columns, using: None, filter: None, place });
        }
    }
    out
}

/// Whether the primary key, a unique constraint or an index begins with these columns.
fn is_led_by(table: &model::Table, indexes: &[model::Index], columns: &[usize]) -> bool {
    let mut plain = indexes.iter().filter(|index| index.filter.is_none() && index.using.is_none());
    table.primary_key.starts_with(columns)
        || table.unique.iter().any(|unique| unique.columns.starts_with(columns))
        || plain.any(|index| index.columns.starts_with(columns))
}

/// Indexes on the same columns that differ in kind or condition have names that differ.
fn index_name(table: &model::Table, index: &model::Index) -> String {
    let mut suffix = index.using.as_deref().filter(|using| *using != "btree").unwrap_or("").to_owned();
    if let Some(filter) = &index.filter {
        suffix.push_str(&format!("{:06x}", crate::hash::fnv(filter.bytes()) as u32 & 0xff_ffff));
    }
    let suffix = if suffix.is_empty() { "idx".to_owned() } else { format!("{suffix}_idx") };
    derived(table, &index.columns, &suffix)
}

fn foreign_keys(schema: &Schema, table: &model::Table) -> Vec<ForeignKey> {
    let enforced = table.foreign_keys.iter().filter(|key| key.enforced);
    let key = |key: &model::ForeignKey| {
        let target = &schema.tables[key.target];
        ForeignKey {
            name: derived(table, &key.columns, "fkey"),
            columns: names(table, &key.columns),
            table: target.name.clone(),
            target: names(target, &key.target_columns),
            on_delete: action(key.on_delete),
            on_update: action(key.on_update),
        }
    };
    enforced.map(key).collect()
}

fn action(action: Action) -> Option<String> {
    let word = match action {
        Action::Nothing => return None,
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    };
    Some(word.to_owned())
}
