//! Which columns a record has fields for.

use crate::schema::ColumnDef;

/// The columns that a type has fields for.
pub trait Part {
    /// Whether there is a field for the column.
    fn has(column: &ColumnDef) -> bool;
    /// Whether a field of the column is left out of JSON.
    fn hides(column: &ColumnDef) -> bool;
}

/// All of them: a row.
#[derive(Debug)]
pub enum All {}

/// Those that users write: an insert or an update.
#[derive(Debug)]
pub enum Written {}

impl Part for All {
    fn has(_: &ColumnDef) -> bool {
        true
    }

    fn hides(column: &ColumnDef) -> bool {
        column.write_only
    }
}

impl Part for Written {
    fn has(column: &ColumnDef) -> bool {
        !column.read_only
    }

    fn hides(_: &ColumnDef) -> bool {
        false
    }
}
