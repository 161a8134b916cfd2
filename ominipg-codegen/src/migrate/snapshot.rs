//! The snapshot: what the tables are once all migrations ran.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Error};
use crate::shape::{Shape, VERSION};

const NAME: &str = "snapshot.json";
/// It has this name until its migration is there.
const NEW: &str = "snapshot.json.new";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshot {
    /// The migration that it was written with.
    pub(super) migration: String,
    pub(super) schema: Shape,
}

impl Snapshot {
    /// The snapshot of a folder; none where there were no migrations yet. What an interrupted run left is finished first, if its
    /// migration was written, and else forgotten.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let new = folder.join(NEW);
        if let Some(snapshot) = parse(&new).unwrap_or_default()
            && folder.join(format!("{}.sql", snapshot.migration)).exists()
        {
            fs::rename(&new, folder.join(NAME)).map_err(|error| unwritable(&new, &error))?;
        }
        parse(&folder.join(NAME))
    }

    /// Writes a migration and the snapshot with it: both, or neither, or what the next run finishes.
    pub(super) fn write(&self, folder: &Path, sql: &str) -> Result<PathBuf, Error> {
        let mut text = serde_json::to_string_pretty(self).expect("a snapshot is JSON");
        text.push('\n');
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let (new, path) = (folder.join(NEW), folder.join(format!("{}.sql", self.migration)));
        let part = folder.join(format!("{}.sql.new", self.migration));
        fs::write(&new, text).map_err(|error| unwritable(&new, &error))?;
        fs::write(&part, sql).map_err(|error| unwritable(&part, &error))?;
        fs::rename(&part, &path).map_err(|error| unwritable(&path, &error))?;
        fs::rename(&new, folder.join(NAME)).map_err(|error| unwritable(&new, &error))?;
        Ok(path)
    }
}

fn parse(path: &Path) -> Result<Option<Snapshot>, Error> {
    let bad = |message: String| {
        let help = "take it from version control again; where that has conflicts, take one side and run `migrate diff`";
        Error::outside(Code::BadMigrations, format!("`{}` {message}", path.display()), help)
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(bad(format!("cannot be read: {error}"))),
    };
    let snapshot: Snapshot =
        serde_json::from_str(&text).map_err(|error| bad(format!("is not a snapshot: {error}")))?;
    if snapshot.schema.version != VERSION {
        return Err(bad(format!(
            "has the version {}, and this program knows {VERSION}",
            snapshot.schema.version
        )));
    }
    Ok(Some(snapshot))
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let message = format!("`{}` cannot be written: {error}", path.display());
    Error::outside(Code::Unwritable, message, "choose a folder that you may write to with `--dir`")
}
