use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Runs PostgreSQL's own regression tests on the embedded engine.
///
/// It succeeds where every test passes or fails for a cause that is known.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// PostgreSQL's source tree, of the engine's version.
    #[arg(long, value_name = "FOLDER")]
    pub sources: PathBuf,
    /// The tests to run, after those that lay the ground for others [default: the whole schedule]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub only: Vec<String>,
    /// PostgreSQL's client, of the tree's version: others describe tables in other words.
    #[arg(long, value_name = "PROGRAM", default_value = "psql")]
    pub psql: PathBuf,
    /// A server to run the same tests on: what it does not pass either is no difference of the engine's. Its database
    /// `regression` is made anew, and it must read the source tree's files.
    #[arg(long, value_name = "URL")]
    pub native: Option<String>,
    /// Lets another session ask something all the while, so that the sessions' turns change between statements.
    #[arg(long)]
    pub beside: bool,
    /// How many seconds a test may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub timeout: u64,
    /// Where results, differences and the database's folder go.
    #[arg(long, value_name = "FOLDER", default_value = "target/regress")]
    pub output: PathBuf,
    /// Writes the report as a table too.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}
