use std::fmt;

/// Where a table here and on the server have grown apart, so that its changes cannot be sent.
///
/// They stay where they are until both fit again. A column that only the server has does no harm, if it has a default or
/// may be NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The table.
    pub table: String,
    /// The column, or the columns of the key.
    pub column: String,
    /// What is different.
    pub kind: DriftKind,
}

/// What is different about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriftKind {
    /// The server has no such table.
    NoTable,
    /// The server has no such column.
    Missing,
    /// The server's primary key is another.
    Key,
    /// The values of one type cannot be those of the other.
    Type {
        /// The type here.
        here: String,
        /// The server's type.
        there: String,
    },
    /// The server has a column that was not here when the changes were made, cannot be NULL, and has no default.
    Required,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, kind } = self;
        match kind {
            DriftKind::NoTable => write!(f, "the server has no table `{table}`: create it there"),
            DriftKind::Missing => {
                write!(f, "the server's table `{table}` has no column `{column}`: add it there first")
            }
            DriftKind::Key => write!(
                f,
                "the primary key of `{table}` is ({column}) here and another on the server: give both the same"
            ),
            DriftKind::Type { here, there } => {
                write!(
                    f,
                    "the column `{table}.{column}` is {here} here and {there} on the server: give both the same type"
                )
            }
            DriftKind::Required => write!(
                f,
                "the server's table `{table}` has a column `{column}` that the changes do not have, and that has no default: give it \
                 one there"
            ),
        }
    }
}
