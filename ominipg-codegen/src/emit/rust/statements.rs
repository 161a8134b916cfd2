//! The SQL that an entry point runs, as its documentation shows it.

use crate::emit::quote_name;
use crate::model::Table;

/// Columns beyond these are left out.
const SHOWN: usize = 4;

/// `SELECT` of all columns.
pub(super) fn select(table: &Table) -> String {
    let rest = table.deleted_at.map(|column| format!(" WHERE {} IS NULL", of(table, column)));
    shown(&format!("SELECT {} FROM {}{}", columns(table), name(table), rest.unwrap_or_default()))
}

/// `SELECT` of one row.
pub(super) fn by_key(table: &Table) -> String {
    let key = table.primary_key.iter().enumerate();
    let mut parts: Vec<String> =
        key.map(|(index, &column)| format!("{} = ${}", of(table, column), index + 1)).collect();
    parts.extend(table.deleted_at.map(|column| format!("{} IS NULL", of(table, column))));
    shown(&format!("SELECT {} FROM {} WHERE {}", columns(table), name(table), parts.join(" AND ")))
}

/// `INSERT` of one row.
pub(super) fn insert(table: &Table) -> String {
    shown(&format!("INSERT INTO {} (…) VALUES (…) RETURNING …", name(table)))
}

/// `INSERT` of many rows.
pub(super) fn insert_many(table: &Table) -> String {
    shown(&format!("INSERT INTO {} (…) SELECT … FROM unnest(…) AS u(…) RETURNING …", name(table)))
}

/// `INSERT` of a row that may be there.
pub(super) fn upsert(table: &Table, key: &[usize]) -> String {
    let key: Vec<String> = key.iter().map(|&column| quote_name(&table.columns[column].name)).collect();
    shown(&format!("INSERT INTO {} (…) VALUES (…) ON CONFLICT ({}) …", name(table), key.join(", ")))
}

/// `UPDATE` of every row.
pub(super) fn update(table: &Table) -> String {
    let rest = table.deleted_at.map(|column| format!(" WHERE {} IS NULL", of(table, column)));
    shown(&format!("UPDATE {} SET …{}", name(table), rest.unwrap_or_default()))
}

/// `DELETE` of every row, or what stands for it where deleted rows stay.
pub(super) fn delete(table: &Table) -> String {
    let statement = match table.deleted_at {
        Some(column) => {
            let column_name = quote_name(&table.columns[column].name);
            format!("UPDATE {} SET {column_name} = now() … WHERE {} IS NULL", name(table), of(table, column))
        }
        None => format!("DELETE FROM {}", name(table)),
    };
    shown(&statement)
}

fn name(table: &Table) -> String {
    format!("{} AS t", quote_name(&table.name))
}

fn of(table: &Table, column: usize) -> String {
    format!("t.{}", quote_name(&table.columns[column].name))
}

fn columns(table: &Table) -> String {
    let mut names: Vec<String> =
        (0..table.columns.len().min(SHOWN)).map(|column| of(table, column)).collect();
    if table.columns.len() > SHOWN {
        names.push("…".to_owned());
    }
    names.join(", ")
}

/// A line of documentation; names may hold what would end it.
fn shown(statement: &str) -> String {
    let plain: String = statement.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    format!(" `{plain}`")
}
