use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cap_std::fs::Dir;

use crate::error::{Error, ErrorKind};

/// What the names of copies for dumps begin with.
const ASIDE: &str = "dump.";

/// A folder for a copy of a cluster, removed in the end.
pub(in crate::embedded) struct Aside {
    parent: Dir,
    name: String,
    /// Nobody else opens the database meanwhile, who would take this for something that was left behind.
    _lock: Arc<File>,
}

impl Aside {
    pub(super) fn new(parent: &Dir, lock: &Arc<File>) -> Result<Self, Error> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{ASIDE}{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let made = parent.try_clone().and_then(|parent| parent.create_dir(&name).map(|()| parent));
        let parent = made.map_err(|error| {
            let message = format!("cannot make a folder for a copy beside the database: {error}");
            Error::new(ErrorKind::Connect, message)
        })?;
        Ok(Self { parent, name, _lock: Arc::clone(lock) })
    }

    /// A handle on it.
    pub(in crate::embedded) fn dir(&self) -> Result<Dir, Error> {
        let failed = |error: io::Error| Error::new(ErrorKind::Connect, error.to_string());
        self.parent.open_dir(&self.name).map_err(failed)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed now is when the database is opened next.
        let _ = self.parent.remove_dir_all(&self.name);
    }
}

/// Removes the copies of a process that ended in the middle of a dump.
pub(super) fn remove_all(dir: &Dir) -> io::Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(ASIDE) && entry.file_type()?.is_dir() {
            dir.remove_dir_all(entry.file_name())?;
        }
    }
    Ok(())
}
