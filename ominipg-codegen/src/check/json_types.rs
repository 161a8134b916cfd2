//! JSON columns.

use crate::diagnostic::{Code, Finding, Findings};
use crate::emit::{JsonTypes, Settings, is_untyped, json_types};
use crate::model::{Schema, Type};

/// Every JSON column's schema gives a Rust type; those of each table, where all its schemas do.
pub(super) fn types(schema: &Schema, settings: &Settings, findings: &mut Findings) -> Vec<Option<JsonTypes>> {
    let types = schema.tables.iter().map(|table| {
        let problem = match json_types(table, settings) {
            Ok(types) => return Some(types),
            Err(problem) => problem,
        };
        let column = &table.columns[problem.column];
        let message = format!("no Rust type can be made of the schema of `{}`", column.property);
        let help = "name one: `\"x-ominipg\": { \"rust\": \"::ominipg::codegen_support::serde_json::Value\" }`; the schema is enforced all the same";
        findings.add(Finding::new(Code::NoRustType, column.place, message).label(problem.reason).help(help));
        None
    });
    types.collect()
}

/// A schema that describes an object without saying so allows anything else too.
pub(super) fn untyped(schema: &Schema, findings: &mut Findings) {
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        if let Type::Json(Some(json)) = &column.ty
            && column.rust.is_none()
            && is_untyped(json)
        {
            let message =
                format!("`{}` may be any JSON, so it is `serde_json::Value` in Rust", column.property);
            let help = "what its schema says counts only for objects or arrays: add `\"type\": \"object\"` or `\"type\": \"array\"`";
            findings.add(Finding::new(Code::Untyped, column.place, message).label("no `type`").help(help));
        }
    }
}
