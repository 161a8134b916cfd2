use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::error::{Error, ErrorKind};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// With what was asked for.
    Ok,
    /// With an error.
    Error,
    /// Its time was over.
    TimedOut,
    /// Its token was cancelled.
    Cancelled,
    /// Its caller stopped waiting.
    Dropped,
}

impl Outcome {
    pub(crate) fn of<T>(result: &Result<T, Error>) -> Self {
        Self::of_kind(result.as_ref().map(|_| ()).map_err(Error::kind))
    }

    pub(crate) fn of_kind(result: Result<(), ErrorKind>) -> Self {
        match result {
            Ok(()) => Self::Ok,
            Err(ErrorKind::Timeout) => Self::TimedOut,
            Err(ErrorKind::Cancelled) => Self::Cancelled,
            Err(_) => Self::Error,
        }
    }
}

/// How many calls ended in which way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcomes {
    /// With what was asked for.
    pub ok: u64,
    /// With an error.
    pub error: u64,
    /// Their time was over.
    pub timed_out: u64,
    /// Their token was cancelled.
    pub cancelled: u64,
    /// Their caller stopped waiting.
    pub dropped: u64,
}

impl Outcomes {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.ok + self.error + self.timed_out + self.cancelled + self.dropped
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ok, error, timed_out, cancelled, dropped } = self;
        write!(f, "{ok} ok, {error} failed, {timed_out} timed out, {cancelled} cancelled, {dropped} dropped")
    }
}

/// Counts outcomes.
#[derive(Debug, Default)]
pub(crate) struct Counts([AtomicU64; 5]);

impl Counts {
    pub(crate) fn add(&self, outcome: Outcome) {
        self.0[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Outcomes {
        let read = |outcome: Outcome| self.0[outcome as usize].load(Ordering::Relaxed);
        Outcomes {
            ok: read(Outcome::Ok),
            error: read(Outcome::Error),
            timed_out: read(Outcome::TimedOut),
            cancelled: read(Outcome::Cancelled),
            dropped: read(Outcome::Dropped),
        }
    }
}
