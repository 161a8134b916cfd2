//! The commands about migrations.

mod diff;
#[cfg(feature = "engine")]
mod up;

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The command `migrate`.
#[derive(Debug, Subcommand)]
pub(super) enum Migrate {
    /// Writes the next migration: what has changed in the schemas since the last one.
    Diff(diff::Diff),
    /// Runs the migrations that a database has not seen yet.
    #[cfg(feature = "engine")]
    Up(up::Up),
    /// Tells which migrations ran on a database, and which did not yet.
    #[cfg(feature = "engine")]
    Status(up::Status),
}

/// Where the migrations are.
#[derive(Debug, Args)]
struct Folder {
    /// The folder of the migrations.
    #[arg(long, value_name = "FOLDER", default_value = "migrations")]
    dir: PathBuf,
}

impl Migrate {
    pub(super) fn run(self) -> Result<(), String> {
        match self {
            Self::Diff(diff) => diff.run(),
            #[cfg(feature = "engine")]
            Self::Up(up) => up.run(),
            #[cfg(feature = "engine")]
            Self::Status(status) => status.run(),
        }
    }
}
