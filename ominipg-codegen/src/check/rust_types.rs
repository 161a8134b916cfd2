//! Rust types of the user's own.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::Schema;

/// A path leads from the crate's root or from another crate, since it is used inside a module.
pub(super) fn paths(schema: &Schema, findings: &mut Findings) {
    for column in schema.tables.iter().flat_map(|table| &table.columns) {
        let Some(path) = &column.rust else { continue };
        let rooted = path.starts_with("crate::") || path.starts_with("::");
        if !rooted || syn::parse_str::<syn::TypePath>(path).is_err() {
            let message = format!("`{path}` is not the path of a type");
            let help = "begin it with `crate::` or `::`, such as `crate::Email` or `::mail::Address`";
            findings.add(Finding::new(Code::BadRustType, column.place, message).help(help));
        }
    }
}
