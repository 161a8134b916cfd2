use std::fmt;

use serde::Serialize;

/// Where statements run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mode {
    /// PostgreSQL in this process: short statements on the caller's thread, long ones on a thread of its own.
    EmbeddedWorker,
    /// PostgreSQL in this process, on its callers' threads alone.
    Embedded,
    /// A PostgreSQL server, whose connections a thread of its own drives.
    ServerWorker,
    /// A PostgreSQL server, straight from the caller's runtime.
    Direct,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmbeddedWorker => "embedded, with a worker thread",
            Self::Embedded => "embedded, on the caller's thread",
            Self::ServerWorker => "server, on a worker thread",
            Self::Direct => "server, direct",
        })
    }
}
