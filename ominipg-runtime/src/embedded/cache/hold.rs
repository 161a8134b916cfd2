//! Which processes use an engine: its modules are mapped when they are first needed, so that its folder must stay.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Locked by every process that uses the folder it lies in.
pub(super) const LOCK: &str = "in-use.lock";

/// Uses the engine in `folder` until the process ends. Nothing where there is none, or where it is being removed.
pub(super) fn share(folder: &Path) -> Option<()> {
    static HELD: Mutex<Vec<(PathBuf, File)>> = Mutex::new(Vec::new());
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder.join(LOCK);
    if !folder.is_dir() || held.iter().any(|(other, _)| *other == path && path.is_file()) {
        return folder.is_dir().then_some(());
    }
    // Where nobody may write, the file is there or nobody clears.
    let Ok(file) = open(&path).or_else(|_| File::open(&path)) else { return Some(()) };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => return None,
        // A file system without locks keeps no engine from working.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    // It may have been removed between the two.
    if !path.is_file() {
        return None;
    }
    held.push((path, file));
    Some(())
}

/// Locks the engine in `folder` against all who would use it; nothing where somebody does.
pub(super) fn exclude(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other(format!("{} is no file", path.display())));
    }
    let file = open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}
