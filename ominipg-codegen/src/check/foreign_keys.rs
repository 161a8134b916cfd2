//! Foreign keys.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Column, Relation, Schema, Table};

/// Whether a foreign key says the same, from either side.
fn is_backed(schema: &Schema, table: &Table, link: &Relation) -> bool {
    let here = table.foreign_keys.iter().any(|key| key.columns == link.from && key.target_columns == link.to);
    let mut there = schema.tables[link.target].foreign_keys.iter();
    here || there.any(|key| key.columns == link.to && key.target_columns == link.from)
}

/// Both ends of a foreign key, and of a relation, have the same type.
pub(super) fn types(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        let keys =
            table.foreign_keys.iter().map(|key| (&key.columns, key.target, &key.target_columns, key.place));
        let relations = table
            .relations
            .iter()
            // The keys of a table between have been looked at there.
            .filter(|link| link.through.is_none() && !is_backed(schema, table, link))
            .map(|link| (&link.from, link.target, &link.to, link.place));
        for (from, target, to, place) in keys.chain(relations) {
            let target = &schema.tables[target];
            for (from, to) in from.iter().zip(to) {
                let (from, to) = (&table.columns[*from], &target.columns[*to]);
                if from.ty.sql() != to.ty.sql() {
                    let message = format!(
                        "`{}` is {}, but `{}` of `{}` is {}",
                        from.property,
                        from.ty.sql(),
                        to.property,
                        target.name,
                        to.ty.sql()
                    );
                    let help = format!(
                        "take the type over: `\"$ref\": \"{}.json#/properties/{}\"`",
                        target.name, to.property
                    );
                    let label = |column: &Column| format!("`{}` is {}", column.property, column.ty.sql());
                    let finding = Finding::new(Code::ForeignKeyType, place, message).label(label(from));
                    findings.add(finding.and(to.place, label(to)).help(help));
                }
            }
        }
    }
}
