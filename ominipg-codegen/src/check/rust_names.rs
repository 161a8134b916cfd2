//! Names in Rust.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::emit::{self, JsonTypes};
use crate::model::{Schema, Table};

/// No two columns of a table have the same field, and each has one.
pub(super) fn fields(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for (index, column) in table.columns.iter().enumerate() {
            let help = "give it a Rust name: `\"x-ominipg\": { \"name\": … }`";
            if column.field.is_empty() || column.field == "_" {
                let message = format!("the property `{}` gives no Rust name", column.property);
                findings.add(Finding::new(Code::BadName, column.place, message).help(help));
            } else if let Some(earlier) =
                table.columns[..index].iter().find(|earlier| earlier.field == column.field)
            {
                let message = format!(
                    "`{}` and `{}` of `{}` are both `{}` in Rust",
                    earlier.property, column.property, table.name, column.field
                );
                findings.add(
                    Finding::new(Code::SameRustName, column.field_place, message)
                        .label("the second one")
                        .and(earlier.field_place, "the first one")
                        .help(help),
                );
            }
        }
    }
}

/// No two relations of a table have the same name, and each has one.
pub(super) fn relations(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for (index, relation) in table.relations.iter().enumerate() {
            let first = table.relations[..index].iter().find(|first| first.name == relation.name);
            let finding = match first {
                Some(first) => {
                    let message =
                        format!("two relations of `{}` have the name `{}`", table.name, relation.name);
                    let finding = Finding::new(Code::SameRustName, relation.place, message);
                    finding.label("the second one").and(first.place, "the first one")
                }
                None if relation.name.is_empty() => {
                    let message = "the relation's name gives no Rust name";
                    Finding::new(Code::SameRustName, relation.place, message)
                }
                None => continue,
            };
            findings.add(finding.help("give it another name"));
        }
    }
}

/// No two tables have the same module, and each has one.
pub(super) fn modules(schema: &Schema, findings: &mut Findings) {
    let help = "give the table another name: `\"x-ominipg\": { \"table\": … }`";
    for (index, table) in schema.tables.iter().enumerate() {
        let earlier = schema.tables[..index].iter().find(|earlier| earlier.module == table.module);
        if table.module.is_empty() || table.module == "_" {
            let message = format!("the table's name `{}` gives no Rust name", table.name);
            findings.add(Finding::new(Code::BadName, table.place, message).help(help));
        } else if let Some(earlier) = earlier.filter(|earlier| earlier.name != table.name) {
            let message = format!(
                "the tables `{}` and `{}` are both the module `{}`",
                earlier.name, table.name, table.module
            );
            let finding = Finding::new(Code::SameRustName, table.place, message).label("the second one");
            findings.add(finding.and(earlier.place, "the first one").help(help));
        }
    }
}

/// No two types in a table's module have the same name.
pub(super) fn types(schema: &Schema, json: &[Option<JsonTypes>], findings: &mut Findings) {
    for (table, json) in schema.tables.iter().zip(json) {
        // A schema without types has its own finding.
        let Some(json) = json else { continue };
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        let constraint = emit::CONSTRAINT.to_owned();
        let of_table =
            [table.row.clone(), table.new_type(), table.patch_type(), table.key_type(), constraint];
        let of_table = of_table.into_iter().map(|name| (name, table.place));
        let of_enums = table.enums().into_iter().map(|(column, found)| (found.name.clone(), column.place));
        let of_json = json.names().iter().map(|(name, column)| (name.clone(), table.columns[*column].place));
        for (name, place) in of_table.chain(of_enums).chain(of_json) {
            if let Some(first) = seen.insert(name.clone(), place) {
                let message = format!("two types of `{}` have the Rust name `{name}`", table.name);
                let help = "give the column another Rust name, `\"x-ominipg\": { \"name\": … }`, or a type of your own, `\"rust\"`";
                let finding = Finding::new(Code::SameRustName, place, message).label("the second one");
                findings.add(finding.and(first, "the first one").help(help));
            }
        }
    }
}

/// The types that all tables share one place for have names that differ.
pub(super) fn exports(schema: &Schema, findings: &mut Findings) {
    let mut seen: BTreeMap<String, (&str, Place)> = BTreeMap::new();
    for table in &schema.tables {
        for name in exports_of(table) {
            if let Some((earlier, first)) = seen.insert(name.clone(), (&table.name, table.place)) {
                let message =
                    format!("the tables `{earlier}` and `{}` both have a Rust type `{name}`", table.name);
                let help =
                    "give one of them another row type: `\"x-ominipg\": { \"name\": \"…\" }` on the table";
                let finding = Finding::new(Code::SameRustName, table.place, message).label("the second one");
                findings.add(finding.and(first, "the first one").help(help));
            }
        }
    }
}

fn exports_of(table: &Table) -> Vec<String> {
    let mut names = emit::exports(table);
    // Within a table they have been told apart already.
    names.dedup();
    names
}
