//! The commands.

#[cfg(feature = "engine")]
mod backup;
mod diagram;
#[cfg(feature = "engine")]
mod engine;
mod explain;
#[cfg(feature = "engine")]
mod folder;
#[cfg(feature = "engine")]
mod inspect;
mod migrate;
mod report;
mod schemas;
#[cfg(feature = "engine")]
mod serve;
#[cfg(feature = "engine")]
mod sync;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "engine")]
use self::folder::folder_url;

/// Makes a typed PostgreSQL data layer from a folder of JSON Schemas.
#[derive(Debug, Parser)]
#[command(
    name = "ominipg-codegen",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    /// Explains an error or a warning by its code, such as `OMI014`.
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes Rust code, to be committed.
    Generate(schemas::Generate),
    /// Reports everything that is wrong with schemas, and writes nothing.
    Check(schemas::Schemas),
    /// Prints the SQL that creates the tables.
    Sql(schemas::Schemas),
    /// Draws the tables and what leads from one to another.
    Diagram(diagram::Diagram),
    /// Migrations: from what the tables were to what the schemas say.
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Makes schemas of the tables of a database.
    #[cfg(feature = "engine")]
    Inspect(inspect::Inspect),
    /// Prints the meta-schema of schema files, by which editors complete and check them.
    MetaSchema,
    /// The embedded PostgreSQL.
    #[cfg(feature = "engine")]
    #[command(subcommand)]
    Engine(engine::Engine),
    /// Serves a database folder to any PostgreSQL client.
    #[cfg(feature = "engine")]
    Serve(serve::Serve),
    /// Writes a whole database folder to one file.
    #[cfg(feature = "engine")]
    Dump(backup::Dump),
    /// Makes a database folder of a file that `dump` wrote.
    #[cfg(feature = "engine")]
    Restore(backup::Restore),
    /// Sends the changes of a database folder to its server.
    #[cfg(feature = "engine")]
    Sync(sync::Sync),
}

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None => explain::explain(&cli.explain.expect("without arguments there is help")),
        Some(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            eprint!("{report}");
            if !report.ends_with('\n') {
                eprintln!();
            }
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run(self) -> Result<(), String> {
        match self {
            Self::Generate(generate) => generate.run(),
            Self::Check(schemas) => schemas.check(),
            Self::Sql(schemas) => schemas.sql(),
            Self::Diagram(diagram) => diagram.run(),
            Self::MetaSchema => {
                print!("{}", ominipg_codegen::META_SCHEMA);
                Ok(())
            }
            Self::Migrate(migrate) => migrate.run(),
            #[cfg(feature = "engine")]
            Self::Inspect(inspect) => inspect.run(),
            #[cfg(feature = "engine")]
            Self::Engine(engine) => engine.run(),
            #[cfg(feature = "engine")]
            Self::Serve(serve) => serve.run(),
            #[cfg(feature = "engine")]
            Self::Dump(dump) => dump.run(),
            #[cfg(feature = "engine")]
            Self::Restore(restore) => restore.run(),
            #[cfg(feature = "engine")]
            Self::Sync(sync) => sync.run(),
        }
    }
}
