use std::fmt;

use tokio_postgres::error::DbError;

use crate::client::{CallKind, Mode};
use crate::error::{Error, ErrorKind};

/// Something that happened to a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The database answers. Who listens later hears this first.
    #[non_exhaustive]
    Connected {
        /// Where its statements run.
        mode: Mode,
        /// PostgreSQL's version.
        version: Option<String>,
    },
    /// A call failed; its caller has the error itself.
    #[non_exhaustive]
    Error {
        /// What the call asked for.
        call: CallKind,
        /// What went wrong.
        kind: ErrorKind,
        /// The error's text.
        message: String,
        /// PostgreSQL's SQLSTATE, where it gave one.
        code: Option<String>,
    },
    /// PostgreSQL said something beside an answer, as with `RAISE NOTICE`.
    #[non_exhaustive]
    Notice {
        /// How much it matters, as `NOTICE` or `WARNING`.
        severity: String,
        /// What it said.
        message: String,
        /// Its SQLSTATE.
        code: String,
        /// More about it.
        detail: Option<String>,
        /// What could be done.
        hint: Option<String>,
    },
    /// Changes begin to be sent to the server.
    #[non_exhaustive]
    SyncStart {
        /// How many wait.
        queued: u64,
    },
    /// The server has another part of the changes.
    #[non_exhaustive]
    SyncProgress {
        /// How many it has of those that waited.
        pushed: u64,
        /// How many waited.
        queued: u64,
    },
    /// All changes were sent, or set aside.
    #[non_exhaustive]
    SyncEnd {
        /// How many the server has.
        pushed: u64,
        /// How many met somebody else's change of the same row.
        merged: u64,
        /// How many the server refused.
        parked: u64,
    },
    /// The database was closed; nothing follows.
    Close,
    /// So many events were dropped, because this listener did not take them in time.
    Missed(u64),
}

impl Event {
    /// The event's name: `connected`, `error`, `notice`, `sync:start`, `sync:progress`, `sync:end`, `close` or `missed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "connected",
            Self::Error { .. } => "error",
            Self::Notice { .. } => "notice",
            Self::SyncStart { .. } => "sync:start",
            Self::SyncProgress { .. } => "sync:progress",
            Self::SyncEnd { .. } => "sync:end",
            Self::Close => "close",
            Self::Missed(_) => "missed",
        }
    }

    pub(crate) fn error(call: CallKind, error: &Error) -> Self {
        let code = error.code().map(|code| code.code().to_owned());
        Self::Error { call, kind: error.kind(), message: error.to_string(), code }
    }

    pub(crate) fn notice(notice: &DbError) -> Self {
        Self::Notice {
            severity: notice.severity().to_owned(),
            message: notice.message().to_owned(),
            code: notice.code().code().to_owned(),
            detail: notice.detail().map(str::to_owned),
            hint: notice.hint().map(str::to_owned),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { mode, version: None } => write!(f, "connected: {mode}"),
            Self::Connected { mode, version: Some(version) } => {
                write!(f, "connected: {mode}, PostgreSQL {version}")
            }
            Self::Error { call, message, .. } => write!(f, "error: {call}: {message}"),
            Self::Notice { severity, message, .. } => write!(f, "notice: {severity}: {message}"),
            Self::SyncStart { queued } => write!(f, "sync:start: {queued} changes"),
            Self::SyncProgress { pushed, queued } => write!(f, "sync:progress: {pushed} of {queued} changes"),
            Self::SyncEnd { pushed, merged, parked } => {
                write!(f, "sync:end: {pushed} pushed, {merged} merged, {parked} parked")
            }
            Self::Close => f.write_str("close"),
            Self::Missed(count) => write!(f, "missed: {count} events"),
        }
    }
}
