//! The columns that say when a row was made and changed.

use super::Context;
use super::cursor::Cursor;
use super::table::Config;
use crate::diagnostic::{Code, Finding, Place};
use crate::model::column::Column;
use crate::model::table::Table;
use crate::model::types::{Scalar, Type};
use crate::names;

/// Adds or adjusts the columns that `timestamps` asks for.
pub(super) fn add<'a>(context: &mut Context<'a, '_>, table: &mut Table, config: Config<'a>) {
    let Some(at) = config.get("timestamps").filter(|at| at.node.bool() != Some(false)) else { return };
    let named = |key: &str| at.get(key).and_then(|at| Some((at.node.str()?.to_owned(), at.place())));
    let (made, changed) = (named("createdAt"), named("updatedAt"));
    let both = made.is_none() && changed.is_none();
    if both || made.is_some() {
        let (property, place) = made.unwrap_or_else(|| usual(table, config, "createdAt", "created_at", at));
        column(context, table, &property, place, "When the row was made.");
    }
    if both || changed.is_some() {
        let (property, place) =
            changed.unwrap_or_else(|| usual(table, config, "updatedAt", "updated_at", at));
        table.updated_at = column(context, table, &property, place, "When the row was last changed.");
    }
}

/// The name that is there already, else the one of the form: bundles are in snake_case.
fn usual(table: &Table, config: Config<'_>, camel: &str, snake: &str, at: Cursor<'_>) -> (String, Place) {
    let there = [camel, snake].into_iter().find(|name| table.column(name).is_some());
    let name = there.unwrap_or(if config.is_bundled() { snake } else { camel });
    (name.to_owned(), at.place())
}

fn column(
    context: &mut Context<'_, '_>,
    table: &mut Table,
    property: &str,
    place: Place,
    doc: &str,
) -> Option<usize> {
    if let Some(index) = table.column(property) {
        let column = &mut table.columns[index];
        if column.ty != Type::Scalar(Scalar::Timestamptz) {
            let message = format!("`{property}` is a timestamp, but its schema is not a date-time");
            let help = "write `\"type\": \"string\", \"format\": \"date-time\"`";
            context.add(Finding::new(Code::BadTimestamp, column.place, message).help(help));
            return None;
        }
        column.read_only = true;
        column.nullable = false;
        column.default.get_or_insert_with(|| "now()".to_owned());
        return Some(index);
    }
    table.columns.push(Column {
        property: property.to_owned(),
        name: property.to_owned(),
        field: names::snake(property),
        doc: doc.to_owned(),
        ty: Type::Scalar(Scalar::Timestamptz),
        sql_type: None,
        rust: None,
        nullable: false,
        default: Some("now()".to_owned()),
        identity: false,
        read_only: true,
        write_only: false,
        deprecated: false,
        rules: Vec::new(),
        place,
        name_place: place,
        field_place: place,
    });
    Some(table.columns.len() - 1)
}
