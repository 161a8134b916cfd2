//! Derives and attributes of the user's own.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{RustText, Schema};

/// What is to become part of the code is Rust.
pub(super) fn rust(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for derive in table.derive.iter().filter(|derive| derive.derive().is_err()) {
            let help = "give the path of a derive macro, such as `Eq` or `::schemars::JsonSchema`";
            findings.add(bad(derive, "the path of a derive").help(help));
        }
        let of_columns = table.columns.iter().flat_map(|column| &column.attributes);
        let all = table.attributes.iter().chain(of_columns);
        for attribute in all.filter(|attribute| attribute.attribute().is_err()) {
            let help = "give what stands between `#[` and `]`, such as `non_exhaustive` or `serde(alias = \"mail\")`";
            findings.add(bad(attribute, "an attribute").help(help));
        }
    }
}

fn bad(found: &RustText, what: &str) -> Finding {
    Finding::new(Code::BadAttribute, found.place, format!("`{}` is not {what}", found.text))
}
