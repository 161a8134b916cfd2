//! Notes on the command line, kept in a folder by an embedded PostgreSQL.
//!
//! ```sh
//! cargo run --release -p ominipg-example-notes -- add "Engines" --body "They run." --tag rust
//! cargo run --release -p ominipg-example-notes -- list --tag rust
//! cargo run --release -p ominipg-example-notes -- search "engine -steam"
//! ```

mod arguments;
mod print;
mod store;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
use self::store::Store;

/// The tables of `schemas/notes`.
#[allow(missing_docs)]
mod db {
    ominipg::ominipg_schema!("../../schemas/notes");
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let store = Store::open(&arguments.folder)?;
    let mut out = io::stdout().lock();
    match arguments.command {
        Command::Add { title, body, tags } => {
            let note = store.add(title, text(body)?.unwrap_or_default(), &tags)?;
            writeln!(out, "{}", note.id)?;
        }
        Command::List { tag, limit, after } => print::list(&mut out, &store.list(tag, limit, after)?)?,
        Command::Search { words, limit } => {
            print::list(&mut out, &store.search(&words.join(" "), limit)?)?;
        }
        Command::Show { id } => print::note(&mut out, &store.note(id)?)?,
        Command::Edit { id, title, body } => store.edit(id, title, text(body)?)?,
        Command::Tag { id, tags } => store.tag(id, &tags)?,
        Command::Untag { id, tags } => store.untag(id, &tags)?,
        Command::Delete { id } => store.delete(id)?,
    }
    store.close()?;
    Ok(())
}

/// A text as it was given, or all of the standard input for `-`.
fn text(given: Option<String>) -> Result<Option<String>> {
    if given.as_deref() != Some("-") {
        return Ok(given);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(Some(text))
}
