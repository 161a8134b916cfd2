use std::path::PathBuf;

use clap::Args;
use ominipg_codegen::{Build, Migrate};

use super::Folder;

/// The command `migrate diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
The folder has a file for each migration, and snapshot.json, which says what the tables are once all ran: commit both. What has
another name now says so in the schema: \"x-ominipg\": { \"was\": \"old_name\" }.")]
pub(in crate::cli) struct Diff {
    /// A folder of JSON Schemas, or one file.
    schemas: PathBuf,
    #[command(flatten)]
    folder: Folder,
    /// What the file is called behind its number, such as `add_nickname`.
    #[arg(long)]
    name: Option<String>,
    /// Drops tables, columns and values of enums that the schemas have no more, and what is in them.
    #[arg(long)]
    allow_drop: bool,
    /// How a column's values become those of its new type: `users.age="age"::int4`; may be given several times.
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    using: Vec<String>,
    /// Writes what no migration does by itself into the file as comments, for you to do.
    #[arg(long)]
    by_hand: bool,
    /// Writes nothing, and fails where a migration is missing.
    #[arg(long)]
    check: bool,
}

impl Diff {
    pub(super) fn run(self) -> Result<(), String> {
        let mut migrate = Migrate::new(Build::new(&self.schemas), &self.folder.dir)
            .allow_drop(self.allow_drop)
            .by_hand(self.by_hand);
        if let Some(name) = &self.name {
            migrate = migrate.name(name);
        }
        for using in &self.using {
            let parts = using.split_once('=').and_then(|(of, sql)| Some((of.rsplit_once('.')?, sql)));
            let Some(((table, column), sql)) = parts else {
                return Err(format!("error: `{using}` is not of the form TABLE.COLUMN=SQL"));
            };
            migrate = migrate.using(table, column, sql);
        }
        if self.check {
            return match migrate.draft().map_err(|error| error.to_string())? {
                None => said(&self.folder),
                Some(draft) => Err(format!(
                    "error: the schemas have changed since the last migration\n\n{}\nrun `ominipg-codegen migrate diff` and commit what it writes",
                    draft.sql
                )),
            };
        }
        match migrate.write().map_err(|error| error.to_string())? {
            None => said(&self.folder),
            Some(draft) => {
                println!("wrote {}: look at it, and commit it with the snapshot", draft.path.display());
                Ok(())
            }
        }
    }
}

fn said(folder: &Folder) -> Result<(), String> {
    println!("{} is what the schemas give already", folder.dir.display());
    Ok(())
}
