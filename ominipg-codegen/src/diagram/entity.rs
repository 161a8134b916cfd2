//! What a picture shows.

use crate::model::{ForeignKey, Schema, Table};

/// The format of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiagramFormat {
    /// Mermaid's `erDiagram`, which many sites and editors show.
    Mermaid,
    /// A picture that needs nothing else.
    Svg,
}

/// Tables and lines, in a fixed order.
pub(super) struct Diagram {
    pub(super) entities: Vec<Entity>,
    pub(super) lines: Vec<Line>,
}

/// A table.
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// A column.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) nullable: bool,
    pub(super) comment: Option<String>,
    pub(super) is_key: bool,
    pub(super) is_foreign: bool,
    pub(super) is_unique: bool,
}

/// A foreign key, from the table that holds it to the one that it leads to.
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) from_row: usize,
    pub(super) to: usize,
    pub(super) to_row: usize,
    pub(super) label: String,
    /// Whether a row may lead to none.
    pub(super) optional: bool,
    /// Whether at most one row leads there.
    pub(super) single: bool,
    /// Whether PostgreSQL sees to it.
    pub(super) enforced: bool,
}

impl Row {
    /// The marks of a column: `PK`, `FK`, `UK`.
    pub(super) fn marks(&self) -> Vec<&'static str> {
        let all = [(self.is_key, "PK"), (self.is_foreign, "FK"), (self.is_unique, "UK")];
        all.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect()
    }
}

pub(super) fn entities(schema: &Schema) -> Diagram {
    let lines = schema
        .tables
        .iter()
        .enumerate()
        .flat_map(|(from, table)| table.foreign_keys.iter().map(move |key| line(from, table, key)));
    Diagram { entities: schema.tables.iter().map(entity).collect(), lines: lines.collect() }
}

fn entity(table: &Table) -> Entity {
    let row = |(index, column): (usize, &crate::model::Column)| Row {
        name: column.name.clone(),
        ty: column.declared_type().replace('"', ""),
        nullable: column.nullable,
        comment: column.comment.clone(),
        is_key: table.primary_key.contains(&index),
        is_foreign: table.foreign_keys.iter().any(|key| key.columns.contains(&index)),
        is_unique: table.unique.iter().any(|unique| unique.columns == [index]),
    };
    Entity {
        name: table.name.clone(),
        comment: table.comment.clone(),
        rows: table.columns.iter().enumerate().map(row).collect(),
    }
}

fn line(from: usize, table: &Table, key: &ForeignKey) -> Line {
    let names: Vec<&str> = key.columns.iter().map(|column| table.columns[*column].name.as_str()).collect();
    Line {
        from,
        from_row: key.columns[0],
        to: key.target,
        to_row: key.target_columns[0],
        label: names.join(", "),
        optional: !key.enforced || key.columns.iter().any(|column| table.columns[*column].nullable),
        single: table.is_unique(&key.columns),
        enforced: key.enforced,
    }
}
