//! Rust types for what is inside JSON columns, made by typify.

mod polish;
mod shape;
mod simplify;

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value as Json;
use typify::{TypeSpace, TypeSpaceSettings};

use super::Settings;
use crate::model::{Table, Type};
use crate::names;

/// The types of a table's JSON columns.
#[derive(Debug, Default)]
pub(crate) struct JsonTypes {
    columns: BTreeMap<usize, TokenStream>,
    items: TokenStream,
    names: Vec<(String, usize)>,
}

/// A JSON column whose schema typify makes nothing of.
#[derive(Debug)]
pub(crate) struct NoType {
    pub(crate) column: usize,
    pub(crate) reason: String,
}

impl JsonTypes {
    /// The type of the column at a position; any JSON where the schema says nothing.
    pub(super) fn of(&self, position: usize) -> TokenStream {
        self.columns.get(&position).cloned().unwrap_or_else(|| quote!(rt::serde_json::Value))
    }

    pub(super) fn items(&self) -> &TokenStream {
        &self.items
    }

    /// The generated names, each with the column it is for.
    pub(crate) fn names(&self) -> &[(String, usize)] {
        &self.names
    }
}

/// Makes the types of a table's JSON columns.
pub(crate) fn json_types(table: &Table, settings: &Settings) -> Result<JsonTypes, NoType> {
    let mut out = JsonTypes::default();
    let wanted: Vec<_> = wanted(table).collect();
    if wanted.is_empty() {
        return Ok(out);
    }
    let mut space = TypeSpace::new(&space_settings(settings));
    let mut prefixes = Vec::new();
    for (column, name, schema) in wanted {
        let made = caught(|| add(&mut space, schema, &name)).map_err(|reason| NoType { column, reason })?;
        out.columns.insert(column, polish::paths(made, settings));
        prefixes.push((name, column));
    }
    let first = prefixes[0].1;
    let polished = caught(|| polish::polish(space.to_stream(), settings))
        .map_err(|reason| NoType { column: first, reason })?;
    for name in polished.names {
        // The names of a column's types all begin with the one that it was given.
        let longest = prefixes
            .iter()
            .filter(|(prefix, _)| name.starts_with(prefix))
            .max_by_key(|(prefix, _)| prefix.len());
        let column = longest.map_or(first, |(_, column)| *column);
        out.names.push((name, column));
    }
    out.items = polished.items;
    Ok(out)
}

/// Whether a schema describes objects or arrays, but allows any JSON, as it has no `type`.
pub(crate) fn is_untyped(schema: &Json) -> bool {
    let described =
        ["properties", "required", "additionalProperties", "patternProperties", "items", "prefixItems"];
    described.iter().any(|key| schema.get(*key).is_some()) && !shape::Whole::new(schema).is_typed(schema)
}

/// Typify panics on some schemas whose parts contradict each other; here that is an error like any other.
fn caught<T>(make: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // The hook belongs to the whole process, so it is ours for no longer than this, and for one at a time.
    static HOOK: Mutex<()> = Mutex::new(());
    let guard = HOOK.lock();
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let made = panic::catch_unwind(AssertUnwindSafe(make));
    panic::set_hook(hook);
    drop(guard);
    made.unwrap_or_else(|_| Err("its parts contradict each other".to_owned()))
}

/// The columns that need a type: their positions, the type's name, and the schema.
fn wanted(table: &Table) -> impl Iterator<Item = (usize, String, &Json)> {
    table.columns.iter().enumerate().filter_map(|(position, column)| match &column.ty {
        Type::Json(Some(schema)) if column.rust.is_none() => {
            Some((position, names::value_type(&table.row, &column.field), schema))
        }
        _ => None,
    })
}

/// Adds a schema and its definitions, and gives the type that stands for it.
fn add(space: &mut TypeSpace, schema: &Json, name: &str) -> Result<TokenStream, String> {
    if let Some(default) = shape::Whole::new(schema).bad_default() {
        return Err(format!("the default `{default}` is refused by its own schema"));
    }
    let (schema, defs) = simplify::simplify(schema, name);
    let read = |json: Json| {
        serde_json::from_value::<schemars::schema::Schema>(json).map_err(|error| error.to_string())
    };
    let mut types = Vec::new();
    for (name, schema) in defs {
        types.push((name, read(schema)?));
    }
    space.add_ref_types(types).map_err(|error| error.to_string())?;
    let schema = read(schema)?;
    let id = space.add_type_with_name(&schema, Some(name.to_owned())).map_err(|error| error.to_string())?;
    Ok(space.get_type(&id).map_err(|error| error.to_string())?.ident())
}

fn space_settings(settings: &Settings) -> TypeSpaceSettings {
    let mut out = TypeSpaceSettings::default();
    out.with_derive("PartialEq".to_owned());
    for (format, ty) in [
        ("uuid", "Uuid"),
        ("date-time", "Timestamp"),
        ("date", "Date"),
        ("time", "Time"),
        ("duration", "Interval"),
    ] {
        let schema = schemars::schema::SchemaObject {
            instance_type: Some(schemars::schema::InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..Default::default()
        };
        out.with_conversion(schema, settings.support_text(ty), std::iter::empty());
    }
    out
}
