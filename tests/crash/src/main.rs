//! Kills a `file://` database under load, again and again, and looks whether what is left is what was promised.
//!
//! The program runs itself as the victim: a child that writes numbered transactions and tells each that was acknowledged.
//! The parent kills it at random moments, opens the database again, and compares.

mod check;
mod harness;
mod line;
mod numbers;
mod report;
mod scratch;
mod victim;
mod workload;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Kills a database under load, and looks what is left of it.
#[derive(Debug, Clone, Parser)]
#[command(name = "ominipg-test-crash")]
struct Arguments {
    /// How often the database is killed.
    #[arg(long, default_value_t = 100)]
    kills: u32,
    /// With `relaxed_durability(true)`, which may lose the last acknowledged commits and nothing else.
    #[arg(long)]
    relaxed: bool,
    /// The folder of the database, which must not exist yet; by default one in the system's temporary folder, that is removed
    /// in the end.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Makes the same choices again; the moments of the kills still differ by what the machine does.
    #[arg(long)]
    seed: Option<u64>,
    /// Writes until it is killed; the parent says this to its children.
    #[arg(long, hide = true)]
    victim: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        if arguments.victim { victim::write(&arguments).await } else { harness::run(&arguments).await }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
