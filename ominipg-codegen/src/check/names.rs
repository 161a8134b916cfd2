//! Names in PostgreSQL.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::emit;
use crate::model::{Schema, Table};

/// PostgreSQL cuts longer names, so that two could become one.
const LONGEST: usize = 63;

/// No two tables have the same name.
pub(super) fn tables(schema: &Schema, findings: &mut Findings) {
    for (index, table) in schema.tables.iter().enumerate() {
        if let Some(first) = schema.tables[..index].iter().find(|first| first.name == table.name) {
            let message = format!("two tables have the name `{}`", table.name);
            let help = "rename one of them: the file, or `\"x-ominipg\": { \"table\": … }`";
            let finding = Finding::new(Code::SameTable, table.place, message).label("the second one");
            findings.add(finding.and(first.place, "the first one").help(help));
        }
    }
}

/// No two columns of a table have the same name.
pub(super) fn columns(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for (index, column) in table.columns.iter().enumerate() {
            if let Some(first) = table.columns[..index].iter().find(|first| first.name == column.name) {
                let message = format!("two columns of `{}` have the name `{}`", table.name, column.name);
                let help = "give one of them another: `\"x-ominipg\": { \"column\": … }`";
                findings.add(
                    Finding::new(Code::SameColumn, column.name_place, message)
                        .label("the second one")
                        .and(first.name_place, "the first one")
                        .help(help),
                );
            }
        }
    }
}

/// No columns are declared unique twice.
pub(super) fn unique(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for (index, unique) in table.unique.iter().enumerate() {
            let first = table.unique[..index].iter().find(|first| first.columns == unique.columns);
            let (place, label) = match first {
                Some(first) => (first.place, "here"),
                None if unique.columns == table.primary_key => (table.key_place, "by the primary key"),
                None => continue,
            };
            let message = format!("these columns of `{}` are unique already", table.name);
            let finding = Finding::new(Code::SameColumn, unique.place, message).label("once more");
            findings.add(finding.and(place, label).help("leave this out"));
        }
    }
}

/// Every name can be one.
pub(super) fn usable(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        if table.name.contains('.') {
            let message = format!("the table's name `{}` has a dot in it", table.name);
            let help = "tables are made in the schema that comes first in `search_path`; leave its name out";
            findings.add(Finding::new(Code::BadName, table.place, message).help(help));
        }
        one("table", &table.name, table.place, findings);
        for column in &table.columns {
            one("column", &column.name, column.name_place, findings);
        }
    }
}

fn one(kind: &str, name: &str, place: Place, findings: &mut Findings) {
    let message = if name.is_empty() {
        format!("the {kind}'s name is empty")
    } else if name.contains('\0') {
        format!("the {kind}'s name has a NUL character in it")
    } else if name.len() > LONGEST {
        format!("the {kind}'s name has {} bytes, and PostgreSQL keeps only {LONGEST}", name.len())
    } else {
        return;
    };
    let help = format!("give it another: `\"x-ominipg\": {{ \"{kind}\": … }}`");
    findings.add(Finding::new(Code::BadName, place, message).help(help));
}

/// No two indexes, constraints or tables get the same name, since only the first would be made.
pub(super) fn derived(schema: &Schema, findings: &mut Findings) {
    let mut seen: BTreeMap<String, &Table> = BTreeMap::new();
    for table in &schema.tables {
        for name in emit::names_taken(schema, table) {
            if let Some(first) = seen.insert(name.clone(), table) {
                let message = format!("`{}` and `{}` both need the name `{name}`", first.name, table.name);
                let help =
                    "rename the table or one of its columns: indexes and constraints are named after them";
                let finding = Finding::new(Code::BadName, table.place, message).label("the second one");
                findings.add(finding.and(first.place, "the first one").help(help));
            }
        }
    }
}
