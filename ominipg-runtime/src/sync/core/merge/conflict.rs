use std::sync::Arc;

use super::super::image::Image;
use super::super::key::RowKey;
use super::super::stamp::Stamp;

/// Two edits of a row of which one lost something: what it was, so that it can be brought back.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    /// Which row.
    pub(crate) key: RowKey,
    /// What the edit made of it; nothing where it deleted it.
    pub(crate) local: Option<Image>,
    /// What the server had; nothing where it was deleted there.
    pub(crate) remote: Option<Image>,
    /// The stamp of the edit.
    pub(crate) local_stamp: Stamp,
    /// The stamp of the last write at the server.
    pub(crate) remote_stamp: Stamp,
    /// Who won.
    pub(crate) winner: Winner,
    /// What happened.
    pub(crate) reason: Reason,
    /// The columns in which somebody lost a value, and who won each. Empty where the row as a whole was at stake.
    pub(crate) columns: Vec<(Arc<str>, Winner)>,
}

/// Whose values stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Winner {
    /// Those of the edit that arrived.
    Local,
    /// Those of the server.
    Remote,
    /// Some of each: each column has its own winner, or a program has mixed them.
    Both,
}

impl Winner {
    /// As the journal of conflicts has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
            Self::Both => "both",
        }
    }
}

/// What two edits of a row had done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reason {
    /// Both changed it.
    Updated,
    /// Both made it.
    Inserted,
    /// One deleted it, the other changed it.
    Deleted,
}

impl Reason {
    /// As the journal of conflicts has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Inserted => "inserted",
            Self::Deleted => "deleted",
        }
    }
}
