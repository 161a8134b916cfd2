//! Columns that ominipg keeps itself.

use super::Context;
use crate::diagnostic::{Code, Finding, Place};
use crate::model::column::Column;
use crate::model::table::Table;
use crate::model::types::{Scalar, Type};
use crate::names;

/// What such a column is like.
pub(super) struct Kept {
    /// The types that it may have; the first where the schema has no such property.
    pub(super) types: &'static [Scalar],
    pub(super) nullable: bool,
    pub(super) default: Option<&'static str>,
    pub(super) doc: &'static str,
}

/// Adds such a column, or makes one of the property that is there.
pub(super) fn column(
    context: &mut Context<'_, '_>,
    table: &mut Table,
    property: &str,
    place: Place,
    kept: &Kept,
) -> Option<usize> {
    if let Some(index) = table.column(property) {
        let column = &mut table.columns[index];
        if !kept.types.iter().any(|&ty| column.ty == Type::Scalar(ty)) {
            let (what, help) = match kept.types[0] {
                Scalar::Timestamptz => (
                    "is a timestamp, but its schema is not a date-time",
                    "write `\"type\": \"string\", \"format\": \"date-time\"`",
                ),
                _ => (
                    "is a version, but its schema is not an integer of 32 or 64 bits",
                    "write `\"type\": \"integer\", \"format\": \"int32\"`",
                ),
            };
            let message = format!("`{property}` {what}");
            context.add(Finding::new(Code::BadTimestamp, column.place, message).help(help));
            return None;
        }
        column.read_only = true;
        column.nullable = kept.nullable;
        if let Some(default) = kept.default {
            column.default.get_or_insert_with(|| default.to_owned());
        }
        return Some(index);
    }
    table.columns.push(Column {
        property: property.to_owned(),
        name: property.to_owned(),
        field: names::snake(property),
        doc: kept.doc.to_owned(),
        comment: None,
        was: None,
        checked: true,
        ty: Type::Scalar(kept.types[0]),
        sql_type: None,
        rust: None,
        nullable: kept.nullable,
        default: kept.default.map(str::to_owned),
        identity: false,
        read_only: true,
        write_only: false,
        deprecated: false,
        attributes: Vec::new(),
        rules: Vec::new(),
        place,
        name_place: place,
        field_place: place,
    });
    Some(table.columns.len() - 1)
}
