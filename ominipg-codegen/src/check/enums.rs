//! Native enums.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::model::{Enum, Schema};

/// A native enum has the same values wherever it is declared.
pub(super) fn native(schema: &Schema, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, (&Enum, Place)> = BTreeMap::new();
    for table in &schema.tables {
        for column in &table.columns {
            let Some(found) = column.ty.as_enum() else { continue };
            let Some(native) = found.native.as_deref() else { continue };
            let (first, place) = *seen.entry(native).or_insert((found, column.place));
            if !first
                .variants
                .iter()
                .map(|variant| &variant.value)
                .eq(found.variants.iter().map(|variant| &variant.value))
            {
                let message = format!("the enum type `{native}` has other values elsewhere");
                let help = "declare it once in `$defs` and refer to it, or use two names";
                let finding = Finding::new(Code::EnumMismatch, column.place, message);
                findings.add(finding.label(values(found)).and(place, values(first)).help(help));
            }
        }
    }
}

fn values(found: &Enum) -> String {
    let values: Vec<String> = found.variants.iter().map(|variant| format!("`{}`", variant.value)).collect();
    format!("here it has {}", values.join(", "))
}
