//! Rust types for what is inside JSON columns, made by typify.

mod polish;
mod simplify;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    let mut items = TokenStream::new();
    for (position, column) in table.columns.iter().enumerate() {
        let Type::Json(Some(schema)) = &column.ty else { continue };
        if column.rust.is_some() {
            continue;
        }
        let name = format!("{}{}", table.row, names::pascal(&column.field));
        let made = catch_unwind(AssertUnwindSafe(|| one(schema, &name, settings)))
            .unwrap_or_else(|_| Err("its parts contradict each other".to_owned()))
            .map_err(|reason| NoType { column: position, reason })?;
        out.columns.insert(position, made.ty);
        out.names.extend(made.names.into_iter().map(|name| (name, position)));
        items.extend(made.items);
    }
    out.items = items;
    Ok(out)
}

struct Made {
    ty: TokenStream,
    items: TokenStream,
    names: Vec<String>,
}

fn one(schema: &Json, name: &str, settings: &Settings) -> Result<Made, String> {
    let (schema, defs) = simplify::simplify(schema, name);
    let read = |json: Json| {
        serde_json::from_value::<schemars::schema::Schema>(json).map_err(|error| error.to_string())
    };
    let mut space = TypeSpace::new(&space_settings(settings));
    let mut types = Vec::new();
    for (name, schema) in defs {
        types.push((name, read(schema)?));
    }
    space.add_ref_types(types).map_err(|error| error.to_string())?;
    let id =
        space.add_type_with_name(&read(schema)?, Some(name.to_owned())).map_err(|error| error.to_string())?;
    let ty = space.get_type(&id).map_err(|error| error.to_string())?.ident();
    let polished = polish::polish(space.to_stream(), settings)?;
    Ok(Made { ty: polish::paths(ty, settings), items: polished.items, names: polished.names })
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
