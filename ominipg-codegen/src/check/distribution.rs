//! Tables that Citus spreads.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Schema, Table};

/// Citus sees to it that values are unique on one server only, so that each unique key has the column that rows are spread by.
pub(super) fn columns(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        let Some(found) = &table.distribution else { continue };
        let Some(column) = found.column else { continue };
        if let Some(key) = table.unique_keys().find(|key| !key.contains(&column)) {
            let name = &table.columns[column].property;
            let message = format!("`{}` cannot be spread by `{name}`", table.name);
            let help = format!(
                "Citus keeps a key unique only within a value of `{name}`: make it a part of {}, or use `\"distribute\": \"reference\"`",
                properties(table, key)
            );
            let label = "a unique key does not have it";
            findings.add(Finding::new(Code::BadDistribution, found.place, message).label(label).help(help));
        }
    }
}

fn properties(table: &Table, key: &[usize]) -> String {
    let names: Vec<&str> = key.iter().map(|column| table.columns[*column].property.as_str()).collect();
    format!("the key ({})", names.join(", "))
}
