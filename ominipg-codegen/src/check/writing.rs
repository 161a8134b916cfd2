//! Who writes a column.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::Schema;

/// A column that nobody may write nor read is a mistake.
pub(super) fn read_and_write_only(schema: &Schema, findings: &mut Findings) {
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        if column.read_only && column.write_only {
            let message = format!("`{}` is both `readOnly` and `writeOnly`", column.property);
            let help =
                "`readOnly`: only the database writes it; `writeOnly`: it is never given to the outside";
            findings.add(Finding::new(Code::ReadAndWriteOnly, column.place, message).help(help));
        }
    }
}

/// A column that only the database writes, and that is never NULL, has a value that it writes.
pub(super) fn never_written(schema: &Schema, findings: &mut Findings) {
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        if column.read_only && !column.nullable && !column.has_default() {
            let message = format!(
                "`{}` is `readOnly` and required, but the database has no value for it",
                column.property
            );
            let help = "give a default, such as `\"x-ominipg\": { \"default\": \"now()\" }`, or take `readOnly` away";
            findings.add(Finding::new(Code::NeverWritten, column.place, message).help(help));
        }
    }
}
