//! The folder that the database lies in.

use std::path::{Path, PathBuf};

use ominipg::ConnectOptions;

use crate::{Arguments, victim};

/// A folder that was not there before.
pub(crate) struct Scratch {
    path: PathBuf,
    removed: bool,
}

impl Scratch {
    pub(crate) fn new(arguments: &Arguments) -> Result<Self, String> {
        let (path, removed) = match &arguments.folder {
            Some(path) => (path.clone(), false),
            None => (std::env::temp_dir().join(format!("ominipg-crash-{}", std::process::id())), true),
        };
        if path.exists() {
            return Err(format!("{} is there already: name a folder that is not", path.display()));
        }
        Ok(Self { path, removed })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folder, where nobody named it. After a failure it stays, to be looked at.
    pub(crate) fn remove(self) {
        let _ = std::fs::remove_file(victim::probe(&self.path));
        if self.removed {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// How both sides open the database: with a log so small that checkpoints are made all the time.
pub(crate) fn options(folder: &Path, relaxed: bool) -> ConnectOptions {
    let url = format!("file://{}", folder.display().to_string().replace('%', "%25"));
    ConnectOptions::new(url).relaxed_durability(relaxed).max_wal_size(8 << 20).shared_buffers(2 << 20)
}
