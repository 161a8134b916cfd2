//! Primary keys.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Schema, Type};

/// A key column is never NULL, and holds one value.
pub(super) fn keys(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for column in table.primary_key.iter().map(|key| &table.columns[*key]) {
            let message = format!("`{}` cannot be a key of `{}`", column.property, table.name);
            let finding = Finding::new(Code::BadKey, column.place, message);
            if column.nullable {
                findings.add(finding.label("it can be NULL").help(format!(
                    "add `\"{}\"` to `required`, take `null` out of its types, or give it a default",
                    column.property
                )));
            } else if matches!(column.ty, Type::Json(_) | Type::Array(_)) {
                findings.add(
                    finding
                        .label(format!("it is of type {}", column.ty.sql()))
                        .help("a key is made of plain values, such as texts, numbers or uuids"),
                );
            }
        }
    }
}
