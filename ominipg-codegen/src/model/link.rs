//! How tables hang together. Tables are named by their position in the schema.

use crate::diagnostic::Place;

/// A column, or several, that hold the key of a row elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<usize>,
    pub(crate) target: usize,
    pub(crate) target_columns: Vec<usize>,
    pub(crate) on_delete: Action,
    pub(crate) on_update: Action,
    /// Whether PostgreSQL is told of it; without, a referenced row may be missing.
    pub(crate) enforced: bool,
    /// Whether its columns get an index, unless something else serves as one.
    pub(crate) indexed: bool,
    pub(crate) place: Place,
}

/// What becomes of a row when the row it refers to is deleted, or gets another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    // Left to PostgreSQL, which refuses what would leave a row without its own.
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// A relation as the generated function has it.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// The Rust name.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) kind: RelationKind,
    pub(crate) target: usize,
    pub(crate) from: Vec<usize>,
    pub(crate) to: Vec<usize>,
    /// The table between, where there is one.
    pub(crate) through: Option<Through>,
    pub(crate) place: Place,
}

/// The table between two that are related many to many.
#[derive(Debug, Clone)]
pub(crate) struct Through {
    pub(crate) table: usize,
    /// Its columns that refer to the relation's `from` and `to`, in the same order.
    pub(crate) from: Vec<usize>,
    pub(crate) to: Vec<usize>,
}

/// Which side holds the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationKind {
    /// Exactly one row: the key cannot be NULL, and the database sees to it that the row is there.
    BelongsTo,
    /// One row or none.
    OptionalBelongsTo,
    /// Any number of rows.
    HasMany,
    /// Any number of rows, by way of a table between.
    ManyToMany,
}
