//! Field notes that are taken without a network and sent when there is one.
//!
//! ```sh
//! alias field-notes="cargo run --release -q -p ominipg-example-local-first --"
//! field-notes --folder anna add "Heron, standing" --place "North bank"      # works offline
//! field-notes --folder anna status
//! field-notes server-sql | psql postgresql://postgres@localhost/field       # the server's table, once
//! field-notes --folder anna --server postgresql://postgres@localhost/field sync
//! field-notes --folder ben  --server postgresql://postgres@localhost/field watch
//! ```

mod arguments;
mod notes;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
use self::notes::Notes;

/// The tables of `schemas/field_notes`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../schemas/field_notes");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    if let Command::ServerSql = arguments.command {
        for statement in db::SCHEMA.ddl {
            println!("{statement};");
        }
        return Ok(());
    }
    let notes = Notes::open(&arguments.folder, &arguments.server).await?;
    match arguments.command {
        Command::Add { text, place } => println!("{}", notes.add(text, place).await?),
        Command::Saw { id, more } => println!("seen {} times", notes.saw(id, more).await?),
        Command::Move { id, place } => notes.move_to(id, place).await?,
        Command::List => notes.list().await?,
        Command::Sync => notes.sync().await?,
        Command::Status => notes.status().await?,
        Command::Watch { seconds } => watch::watch(&notes, seconds).await?,
        Command::Fill { count } => notes.fill(count).await?,
        Command::ServerSql => {}
    }
    notes.close().await
}
