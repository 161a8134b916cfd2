use std::fmt;

use serde::Serialize;

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallKind {
    /// A statement, or several in one text.
    Statement,
    /// A transaction to begin.
    Begin,
    /// A transaction to commit.
    Commit,
    /// A transaction to roll back.
    Rollback,
    /// The state of the database.
    Diagnostics,
    /// The database to close.
    Close,
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Statement => "statement",
            Self::Begin => "begin",
            Self::Commit => "commit",
            Self::Rollback => "rollback",
            Self::Diagnostics => "diagnostics",
            Self::Close => "close",
        })
    }
}
