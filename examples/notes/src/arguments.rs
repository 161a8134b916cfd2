//! What the program is asked to do.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Notes in a folder.
#[derive(Debug, Parser)]
#[command(name = "notes")]
pub struct Arguments {
    /// The folder that keeps the notes; it is made where it is not there.
    #[arg(long, default_value = "notes-data")]
    pub folder: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keeps a note, and prints its number.
    Add {
        /// What it is called.
        title: String,
        /// What it says; `-` reads it from the standard input.
        #[arg(long)]
        body: Option<String>,
        /// What it is about; may be given several times.
        #[arg(long = "tag")]
        tags: Vec<String>,
    },
    /// Lists notes, the newest first.
    List {
        /// Only notes with this tag.
        #[arg(long)]
        tag: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: u64,
        /// Goes on where a list ended: what it printed last.
        #[arg(long)]
        after: Option<String>,
    },
    /// Finds notes by their words, the best first: `engine -steam`, `"a phrase"`, `this or that`.
    Search {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: u64,
        /// The words; what follows the first is among them.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Prints a note.
    Show {
        /// Its number.
        id: i32,
    },
    /// Changes a note.
    Edit {
        /// Its number.
        id: i32,
        /// A new title.
        #[arg(long)]
        title: Option<String>,
        /// A new text; `-` reads it from the standard input.
        #[arg(long)]
        body: Option<String>,
    },
    /// Adds tags to a note.
    Tag {
        /// Its number.
        id: i32,
        /// The tags.
        #[arg(required = true)]
        tags: Vec<String>,
    },
    /// Takes tags from a note; a tag without a note goes too.
    Untag {
        /// Its number.
        id: i32,
        /// The tags.
        #[arg(required = true)]
        tags: Vec<String>,
    },
    /// Deletes a note.
    Delete {
        /// Its number.
        id: i32,
    },
}
