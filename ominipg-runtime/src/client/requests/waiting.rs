use std::time::Duration;

use serde::Serialize;

use super::CallKind;

/// A call that is not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Waiting {
    /// Its number; no other call of this database has it.
    pub id: u64,
    /// What it asks for.
    pub kind: CallKind,
    /// How long it has taken so far.
    pub age: Duration,
    /// How long it may still take, where it has a limit.
    pub left: Option<Duration>,
}
