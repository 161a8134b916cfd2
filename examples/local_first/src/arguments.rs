//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use uuid::Uuid;

/// Field notes that are taken without a network and sent when there is one.
#[derive(Debug, Parser)]
#[command(name = "field-notes", version)]
pub struct Arguments {
    /// The folder that holds the notes.
    #[arg(long, global = true, default_value = "field-notes")]
    pub folder: PathBuf,
    /// The server that they are sent to; it need not be there.
    #[arg(long, global = true, default_value = "postgresql://postgres@localhost/field")]
    pub server: String,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Notes something, and prints its id.
    Add {
        text: String,
        #[arg(long)]
        place: String,
    },
    /// Counts it once more, or several times.
    Saw {
        id: Uuid,
        #[arg(default_value_t = 1)]
        more: i32,
    },
    /// Puts right where it was.
    Move { id: Uuid, place: String },
    /// Lists all notes, the newest first.
    List,
    /// Sends what the server does not have yet.
    Sync,
    /// Tells what waits to be sent, and what the server refused.
    Status,
    /// Sends what comes in, every few seconds, and tells of it, until it is interrupted.
    Watch {
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Notes many things, each in a transaction of its own, and prints each id once it is safe.
    Fill { count: usize },
    /// Prints the SQL of the server's table.
    ServerSql,
}
