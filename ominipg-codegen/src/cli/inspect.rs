//! The command that makes schemas of a database.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use ominipg_codegen::{Build, inspect};
use ominipg_runtime::{ConnectOptions, Ominipg};
use tokio::runtime::Runtime;

/// The command `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
It reads the schema that comes first in the search path, and changes nothing. What no schema says is told, each by its name.")]
pub(super) struct Inspect {
    /// The database: `postgresql://app@db.example.com/app`, or `file:///var/lib/app`.
    url: String,
    /// The folder that the schemas are written to.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Writes over schemas that are there.
    #[arg(long)]
    overwrite: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Result<(), String> {
        let runtime = Runtime::new().map_err(|error| format!("error: cannot start: {error}"))?;
        let catalog = runtime.block_on(async {
            let db = Ominipg::connect(ConnectOptions::new(&self.url)).await?;
            let catalog = db.catalog().await;
            let closed = db.close().await;
            let catalog = catalog?;
            closed.map(|()| catalog)
        });
        let found = inspect(&catalog.map_err(|error| format!("error: {error}"))?);
        if found.files.is_empty() {
            let notes: String = found.notes.iter().map(|note| format!("note: {note}\n")).collect();
            return Err(format!("{notes}error: the database has no tables with a primary key"));
        }
        let there = found.files.iter().find(|(name, _)| self.out.join(name).exists());
        if let Some((name, _)) = there.filter(|_| !self.overwrite) {
            return Err(format!(
                "error: {} is there already: choose another folder, or write `--overwrite`",
                self.out.join(name).display()
            ));
        }
        let failed =
            |error: std::io::Error| format!("error: cannot write to {}: {error}", self.out.display());
        fs::create_dir_all(&self.out).map_err(failed)?;
        for (name, text) in &found.files {
            fs::write(self.out.join(name), text).map_err(failed)?;
        }
        for note in &found.notes {
            eprintln!("note: {note}");
        }
        println!("wrote {} schemas to {}", found.files.len(), self.out.display());
        // Names that clash in Rust, and the like, are for people to put right.
        match Build::new(&self.out).generate() {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("{error}\nerror: the schemas are written, and need your hand")),
        }
    }
}
