use std::time::Duration;

use super::SyncTable;
use super::conflict::Resolver;

/// How changes are sent to a server.
#[derive(Debug, Clone)]
pub(crate) struct SyncOptions {
    pub(crate) url: Option<String>,
    /// Tables beside those of the schema.
    pub(crate) tables: Vec<SyncTable>,
    /// Whether the server is given what sync needs there.
    pub(crate) set_up: bool,
    /// Changes that are sent at once.
    pub(crate) batch: usize,
    /// How long a statement on the server may take.
    pub(crate) timeout: Duration,
    pub(crate) resolver: Option<Resolver>,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            url: None,
            tables: Vec::new(),
            set_up: true,
            batch: 10_000,
            timeout: Duration::from_secs(60),
            resolver: None,
        }
    }
}
