//! Compares what is there with what there should be, both as PostgreSQL prints it.

use super::difference::{Difference, DifferenceKind};
use crate::catalog::{Catalog, CatalogColumn, CatalogConstraint, CatalogTable, ConstraintKind};

/// In what `found` is not `wanted`; tables that only `found` has belong to others. Comments are no difference, nor are further
/// indexes, which change no result.
pub(super) fn compare(wanted: &Catalog, found: &Catalog) -> Vec<Difference> {
    let mut out = Out(Vec::new());
    for expected in &wanted.enums {
        let there = found.enum_type(&expected.name).map(|found| found.values.join(", "));
        out.unequal(DifferenceKind::Enum, &expected.name, None, Some(expected.values.join(", ")), there);
    }
    for table in &wanted.tables {
        match found.table(&table.name) {
            Some(there) => compare_tables(table, there, &mut out),
            None => out.0.push(Difference {
                kind: DifferenceKind::Table,
                table: table.name.clone(),
                name: None,
                expected: None,
                found: None,
            }),
        }
    }
    out.0
}

struct Out(Vec<Difference>);

impl Out {
    fn unequal(
        &mut self,
        kind: DifferenceKind,
        table: &str,
        name: Option<&str>,
        expected: Option<String>,
        found: Option<String>,
    ) {
        if expected != found {
            let (table, name) = (table.to_owned(), name.map(str::to_owned));
            self.0.push(Difference { kind, table, name, expected, found });
        }
    }
}

fn compare_tables(wanted: &CatalogTable, found: &CatalogTable, out: &mut Out) {
    let table = &wanted.name;
    for column in &wanted.columns {
        match found.column(&column.name) {
            Some(there) => compare_columns(table, column, there, out),
            None => {
                out.unequal(
                    DifferenceKind::ColumnSet,
                    table,
                    Some(&column.name),
                    Some(column.ty.clone()),
                    None,
                );
            }
        }
    }
    for column in found.columns.iter().filter(|column| wanted.column(&column.name).is_none()) {
        out.unequal(DifferenceKind::ColumnSet, table, Some(&column.name), None, Some(column.ty.clone()));
    }
    for constraint in &wanted.constraints {
        let there = found.constraints.iter().find(|there| there.name == constraint.name);
        let there = there.map(|there| there.definition.clone());
        let expected = Some(constraint.definition.clone());
        out.unequal(kind(constraint), table, Some(&constraint.name), expected, there);
    }
    for constraint in &found.constraints {
        if !wanted.constraints.iter().any(|known| known.name == constraint.name) {
            let there = Some(constraint.definition.clone());
            out.unequal(kind(constraint), table, Some(&constraint.name), None, there);
        }
    }
    for index in &wanted.indexes {
        let there = found.indexes.iter().find(|there| there.name == index.name);
        let there = there.map(|there| there.definition.clone());
        let expected = Some(index.definition.clone());
        out.unequal(DifferenceKind::Index, table, Some(&index.name), expected, there);
    }
    for index in found.indexes.iter().filter(|index| index.unique) {
        if !wanted.indexes.iter().any(|known| known.name == index.name) {
            let there = Some(index.definition.clone());
            out.unequal(DifferenceKind::Unique, table, Some(&index.name), None, there);
        }
    }
}

fn kind(constraint: &CatalogConstraint) -> DifferenceKind {
    match constraint.kind {
        ConstraintKind::PrimaryKey => DifferenceKind::PrimaryKey,
        ConstraintKind::Unique => DifferenceKind::Unique,
        ConstraintKind::ForeignKey => DifferenceKind::ForeignKey,
        ConstraintKind::Check | ConstraintKind::Other => DifferenceKind::Check,
    }
}

fn compare_columns(table: &str, wanted: &CatalogColumn, found: &CatalogColumn, out: &mut Out) {
    let name = Some(wanted.name.as_str());
    out.unequal(DifferenceKind::Type, table, name, Some(wanted.ty.clone()), Some(found.ty.clone()));
    let null = |column: &CatalogColumn| Some(if column.nullable { "NULL" } else { "NOT NULL" }.to_owned());
    out.unequal(DifferenceKind::Nullability, table, name, null(wanted), null(found));
    let counts = |column: &CatalogColumn| Some(if column.identity { "yes" } else { "no" }.to_owned());
    out.unequal(DifferenceKind::Identity, table, name, counts(wanted), counts(found));
    out.unequal(DifferenceKind::Default, table, name, wanted.default.clone(), found.default.clone());
}
