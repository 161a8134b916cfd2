//! The commands about the embedded engine.

use clap::Subcommand;
use ominipg_runtime::embedded::{self, Cleared, EngineCache};

/// The command `engine`.
#[derive(Debug, Subcommand)]
pub(super) enum Engine {
    /// Compiles the embedded PostgreSQL for this machine, so that its first use does not.
    Prepare,
    /// Tells whether it is compiled, where, and how much room it takes.
    Show,
    /// Removes it; the next use compiles it again. One that a running program uses stays.
    Clear {
        /// Removes every version, and what interrupted runs left behind.
        #[arg(long)]
        all: bool,
    },
}

impl Engine {
    pub(super) fn run(self) -> Result<(), String> {
        match self {
            Self::Prepare => tell(embedded::prepare()),
            Self::Show => tell(embedded::show()),
            Self::Clear { all } => clear(all),
        }
    }
}

fn tell(cache: Result<EngineCache, ominipg_runtime::Error>) -> Result<(), String> {
    let EngineCache { path, ready, size, .. } = cache.map_err(report)?;
    let state = if ready { "is compiled" } else { "is not compiled yet" };
    println!("the engine {state}: {}, {} MB", path.display(), size / 1_000_000);
    Ok(())
}

fn clear(all: bool) -> Result<(), String> {
    let Cleared { removed, in_use, size, .. } = embedded::clear(all).map_err(report)?;
    for path in &removed {
        println!("removed {}", path.display());
    }
    match removed.len() {
        0 if in_use.is_empty() => println!("there is no engine to remove"),
        0 => {}
        _ => println!("freed {} MB", size / 1_000_000),
    }
    if in_use.is_empty() {
        return Ok(());
    }
    let left: String =
        in_use.iter().map(|path| format!("error: a running program uses {}\n", path.display())).collect();
    Err(left + "  end it, and clear again")
}

fn report(error: ominipg_runtime::Error) -> String {
    format!("error: {error}")
}
