//! Names of before.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Schema, Was};

/// A name of before is that of nothing today, and one thing comes from it.
pub(super) fn was(schema: &Schema, findings: &mut Findings) {
    let tables = schema.tables.iter().map(|table| (table.name.as_str(), table.was.as_ref()));
    one("table", &tables.collect::<Vec<_>>(), findings);
    for table in &schema.tables {
        let columns = table.columns.iter().map(|column| (column.name.as_str(), column.was.as_ref()));
        one("column", &columns.collect::<Vec<_>>(), findings);
    }
}

fn one(kind: &str, all: &[(&str, Option<&Was>)], findings: &mut Findings) {
    for (index, (name, was)) in all.iter().enumerate() {
        let Some(was) = was else { continue };
        let kept = all.iter().find(|(other, of)| *other == was.name && of.is_none_or(|of| of.name == *other));
        let earlier =
            all[..index].iter().find(|(_, other)| other.is_some_and(|other| other.name == was.name));
        let problem = if was.name == *name {
            format!("the {kind} `{name}` was always called so")
        } else if kept.is_some() {
            format!("`{}` is a {kind} of today, so `{name}` cannot come from it", was.name)
        } else if let Some((earlier, _)) = earlier {
            format!("`{earlier}` and `{name}` cannot both come from the {kind} `{}`", was.name)
        } else {
            continue;
        };
        let help = "leave `was` out where the migration that renames is made already";
        findings.add(Finding::new(Code::BadWas, was.place, problem).help(help));
    }
}
