//! The commands about the embedded engine.

use clap::Subcommand;

/// The command `engine`.
#[derive(Debug, Subcommand)]
pub(super) enum Engine {
    /// Compiles the embedded PostgreSQL for this machine, so that its first use does not.
    Prepare,
}

impl Engine {
    pub(super) fn run(self) -> Result<(), String> {
        match self {
            Self::Prepare => ominipg_runtime::embedded::prepare().map_err(|error| format!("error: {error}")),
        }
    }
}
