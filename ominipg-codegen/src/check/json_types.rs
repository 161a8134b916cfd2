//! JSON columns.

use crate::diagnostic::{Code, Finding, Findings};
use crate::emit::{Settings, json_types};
use crate::model::Schema;

/// Every JSON column's schema gives a Rust type.
pub(super) fn types(schema: &Schema, settings: &Settings, findings: &mut Findings) {
    for table in &schema.tables {
        if let Err(problem) = json_types(table, settings) {
            let column = &table.columns[problem.column];
            let message = format!("no Rust type can be made of the schema of `{}`", column.property);
            let help = "name one: `\"x-ominipg\": { \"rust\": \"::ominipg::codegen_support::serde_json::Value\" }`; the schema is enforced all the same";
            findings
                .add(Finding::new(Code::NoRustType, column.place, message).label(problem.reason).help(help));
        }
    }
}
