use std::fmt;

/// Where statements run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// PostgreSQL in this process, on a thread of its own.
    EmbeddedWorker,
    /// A PostgreSQL server, whose connections a thread of its own drives.
    ServerWorker,
    /// A PostgreSQL server, straight from the caller's runtime.
    Direct,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmbeddedWorker => "embedded, on a worker thread",
            Self::ServerWorker => "server, on a worker thread",
            Self::Direct => "server, direct",
        })
    }
}
