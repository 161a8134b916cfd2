//! The commands.

#[cfg(feature = "engine")]
mod backup;
#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
mod folder;
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
#[command(name = "ominipg-codegen", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes Rust code, to be committed.
    Generate(schemas::Generate),
    /// Reports everything that is wrong with schemas, and writes nothing.
    Check(schemas::Schemas),
    /// Prints the SQL that creates the tables.
    Sql(schemas::Schemas),
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
    let done = match Cli::parse().command {
        Command::Generate(generate) => generate.run(),
        Command::Check(schemas) => schemas.check(),
        Command::Sql(schemas) => schemas.sql(),
        Command::MetaSchema => {
            print!("{}", ominipg_codegen::META_SCHEMA);
            Ok(())
        }
        #[cfg(feature = "engine")]
        Command::Engine(engine) => engine.run(),
        #[cfg(feature = "engine")]
        Command::Serve(serve) => serve.run(),
        #[cfg(feature = "engine")]
        Command::Dump(dump) => dump.run(),
        #[cfg(feature = "engine")]
        Command::Restore(restore) => restore.run(),
        #[cfg(feature = "engine")]
        Command::Sync(sync) => sync.run(),
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
