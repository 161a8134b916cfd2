//! The commands about the embedded engine.

use clap::Subcommand;
use ominipg_runtime::embedded::{self, EngineCache};

/// The command `engine`.
#[derive(Debug, Subcommand)]
pub(super) enum Engine {
    /// Compiles the embedded PostgreSQL for this machine, so that its first use does not.
    Prepare,
    /// Tells whether it is compiled, where, and how much room it takes.
    Show,
}

impl Engine {
    pub(super) fn run(self) -> Result<(), String> {
        let cache = match self {
            Self::Prepare => embedded::prepare(),
            Self::Show => embedded::show(),
        };
        let EngineCache { path, ready, size, .. } = cache.map_err(|error| format!("error: {error}"))?;
        let state = if ready { "is compiled" } else { "is not compiled yet" };
        println!("the engine {state}: {}, {} MB", path.display(), size / 1_000_000);
        Ok(())
    }
}
