use std::fmt;

use serde::Serialize;

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallKind {
    /// A statement, or several in one text.
    Statement,
    /// A statement whose rows come one by one.
    Stream,
    /// A `COPY … FROM STDIN`, from its beginning to its end.
    CopyIn,
    /// A `COPY … TO STDOUT`, from its beginning to its end.
    CopyOut,
    /// Channels to listen to.
    Listen,
    /// A transaction to begin.
    Begin,
    /// A transaction to commit.
    Commit,
    /// A transaction to roll back.
    Rollback,
    /// Changes to send to a server.
    Sync,
    /// The state of the database.
    Diagnostics,
    /// The database to close.
    Close,
}

impl CallKind {
    /// Whether its end and its time are counted among those of the statements.
    pub(super) fn is_statement(self) -> bool {
        matches!(self, Self::Statement | Self::Stream | Self::CopyIn | Self::CopyOut)
    }
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Statement => "statement",
            Self::Stream => "stream",
            Self::CopyIn => "copy in",
            Self::CopyOut => "copy out",
            Self::Listen => "listen",
            Self::Begin => "begin",
            Self::Commit => "commit",
            Self::Rollback => "rollback",
            Self::Sync => "sync",
            Self::Diagnostics => "diagnostics",
            Self::Close => "close",
        })
    }
}
