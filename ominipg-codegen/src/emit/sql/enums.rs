//! Native enum types.

use std::collections::BTreeMap;

use super::quote::{quote_name, quote_text, unless_exists};
use crate::model::{Enum, Schema};

pub(super) fn create(schema: &Schema) -> Vec<String> {
    let mut types: BTreeMap<&str, &Enum> = BTreeMap::new();
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        if let Some((found, native)) =
            column.ty.as_enum().and_then(|found| Some((found, found.native.as_deref()?)))
        {
            types.entry(native).or_insert(found);
        }
    }
    types.into_iter().map(|(name, found)| one(name, found)).collect()
}

fn one(name: &str, found: &Enum) -> String {
    let values: Vec<String> = found.variants.iter().map(|variant| quote_text(&variant.value)).collect();
    // Where names are looked for first, so that a type of this name elsewhere does not hide a missing one.
    let condition = format!(
        "SELECT 1 FROM pg_catalog.pg_type WHERE typname = {} AND typnamespace = to_regnamespace(current_schema()::text)",
        quote_text(name)
    );
    let statement = format!("CREATE TYPE {} AS ENUM ({})", quote_name(name), values.join(", "));
    unless_exists(&condition, &statement)
}
