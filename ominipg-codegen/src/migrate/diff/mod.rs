//! From one shape to another, as SQL.
//!
//! The order of the steps: names, then what goes, then what is made or changed, then what ties tables together.

mod casts;
mod columns;
mod enums;
mod parts;
mod rename;
mod tables;

pub(super) use tables::diff;

use crate::diagnostic::Finding;

/// What users allow.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) allow_drop: bool,
    /// Table, column, and the expression that casts.
    pub(super) using: Vec<(String, String, String)>,
}

/// What leads from one shape to another.
#[derive(Debug, Default)]
pub(super) struct Diff {
    /// Statements and comments, in their order.
    pub(super) steps: Vec<String>,
    /// What deletes data and is not allowed to.
    pub(super) destructive: Vec<Finding>,
    /// What no step does.
    pub(super) refused: Vec<Finding>,
}
