//! The primary key.

use super::Context;
use super::table::{Config, one_column};
use crate::diagnostic::{Code, Finding};
use crate::model::table::Table;
use crate::model::types::{Scalar, Type};

/// Finds the key: `x-ominipg.keys`, or the property `id`.
pub(super) fn primary<'a>(context: &mut Context<'a, '_>, table: &mut Table, config: Config<'a>) {
    if let Some(keys) = config.get("keys") {
        table.key_place = keys.place();
        for key in keys.items() {
            let name = key.get("property").unwrap_or(key);
            table.primary_key.extend(one_column(context, table, name));
        }
    } else if let Some(id) = table.column("id") {
        table.key_place = table.columns[id].place;
        table.primary_key = vec![id];
    } else if config.schema.get("properties").is_some() {
        let finding =
            Finding::new(Code::NoKey, table.place, format!("the table `{}` has no key", table.name))
                .label("no property `id`, and no `keys`")
                .help(
                    "name the properties that make a row unique: `\"x-ominipg\": { \"keys\": [\"code\"] }`",
                );
        context.add(finding);
    }
    fill(table);
}

/// A key that only the database writes, and that has no default, is made by the database.
fn fill(table: &mut Table) {
    let [key] = table.primary_key[..] else { return };
    let column = &mut table.columns[key];
    if !column.read_only || column.has_default() {
        return;
    }
    match column.ty {
        Type::Scalar(scalar) if scalar.is_integer() => column.identity = true,
        Type::Scalar(Scalar::Uuid) => column.default = Some("gen_random_uuid()".to_owned()),
        _ => return,
    }
    column.nullable = false;
}
