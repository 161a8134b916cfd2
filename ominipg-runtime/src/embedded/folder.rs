//! The folder of a `file://` database: its lock, and its first cluster.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cap_std::fs::Dir;

use super::artefacts::Artefacts;
use super::backup::{self, BackupSource};
use super::files::image::Image;
use super::files::{DATA, FileType};
use crate::error::{Error, ErrorKind};

const LOCK: &str = "ominipg.lock";
/// The cluster's folder inside the database's.
const CLUSTER: &str = "cluster";
/// Where a cluster is made; it gets its name when it is whole.
const NEW_CLUSTER: &str = "cluster.new";
/// What the names of copies for dumps begin with.
const ASIDE: &str = "dump.";

/// A database's folder, locked for this process until it is dropped.
pub(super) struct Folder {
    dir: Dir,
    cluster: Dir,
    /// The operating system frees the lock when the process ends, however it ends.
    lock: Arc<File>,
}

impl Folder {
    /// Opens the folder at `path`, and makes it and its cluster from the image, or from `backup`, where they are not there.
    pub(super) fn open(
        path: &Path,
        artefacts: &Artefacts,
        backup: Option<&BackupSource>,
    ) -> Result<Self, Error> {
        let failed = |what: &str, error: std::io::Error| {
            Error::new(ErrorKind::Connect, format!("cannot {what} {}: {error}", path.display()))
        };
        fs::create_dir_all(path).map_err(|error| failed("create the database folder", error))?;
        let is_ours = path.join(LOCK).exists();
        let is_empty =
            fs::read_dir(path).map_err(|error| failed("read the database folder", error))?.next().is_none();
        if !is_ours && !is_empty {
            let message = format!(
                "{} is not empty and holds no ominipg database; name an empty folder or one that does not exist",
                path.display()
            );
            return Err(Error::new(ErrorKind::Connect, message));
        }
        let lock = lock(path)?;
        let dir = Dir::open_ambient_dir(path, cap_std::ambient_authority())
            .map_err(|error| failed("open the database folder", error))?;
        remove_asides(&dir).map_err(|error| failed("remove what a dump has left in", error))?;
        match backup {
            Some(_) if dir.exists(CLUSTER) => {
                let message = format!(
                    "{} holds a database already, and a backup is restored only where there is none: open it without \
                     `restore_from`, or restore into an empty folder or one that does not exist",
                    path.display()
                );
                return Err(Error::new(ErrorKind::Backup, message));
            }
            Some(backup) => restore(&dir, artefacts, backup, |error| failed("restore a database to", error))?,
            None if dir.exists(CLUSTER) => {}
            None => {
                let failed = |error| failed("write a new database to", error);
                make_cluster(&dir, |new| fill(new, &artefacts.image).map_err(failed), failed)?;
            }
        }
        let cluster = dir.open_dir(CLUSTER).map_err(|error| failed("open the cluster in", error))?;
        Ok(Self { dir, cluster, lock: Arc::new(lock) })
    }

    /// A new folder beside the cluster, for a copy of it.
    pub(super) fn aside(&self) -> Result<Aside, Error> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{ASIDE}{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let made = self.dir.try_clone().and_then(|parent| parent.create_dir(&name).map(|()| parent));
        let parent = made.map_err(|error| {
            let message = format!("cannot make a folder for a copy beside the database: {error}");
            Error::new(ErrorKind::Connect, message)
        })?;
        Ok(Aside { parent, name, _lock: Arc::clone(&self.lock) })
    }

    /// A handle on the cluster.
    pub(super) fn cluster(&self) -> Result<Dir, Error> {
        self.cluster.try_clone().map_err(|error| Error::new(ErrorKind::Connect, error.to_string()))
    }
}

/// A folder for a copy of a cluster, removed in the end.
pub(super) struct Aside {
    parent: Dir,
    name: String,
    /// Nobody else opens the database meanwhile, who would take this for something that was left behind.
    _lock: Arc<File>,
}

impl Aside {
    /// A handle on it.
    pub(super) fn dir(&self) -> Result<Dir, Error> {
        let failed = |error: std::io::Error| Error::new(ErrorKind::Connect, error.to_string());
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
fn remove_asides(dir: &Dir) -> std::io::Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(ASIDE) && entry.file_type()?.is_dir() {
            dir.remove_dir_all(entry.file_name())?;
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = path.join(LOCK);
    let denied = |error: std::io::Error| {
        Error::new(
            ErrorKind::Connect,
            format!("cannot write to the database folder {}: {error}", path.display()),
        )
    };
    let mut lock =
        File::options().read(true).write(true).create(true).truncate(false).open(&file).map_err(denied)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let owner = match lock.read_to_string(&mut owner) {
                Ok(_) if !owner.trim().is_empty() => format!("process {}", owner.trim()),
                _ => "another process".to_owned(),
            };
            let message = format!(
                "the database {} is open in {owner}; close it there, or connect through that process",
                path.display()
            );
            return Err(Error::new(ErrorKind::Connect, message));
        }
        Err(TryLockError::Error(error)) => return Err(denied(error)),
    }
    let owner = format!("{}\n", std::process::id());
    lock.set_len(0)
        .and_then(|()| lock.rewind())
        .and_then(|()| lock.write_all(owner.as_bytes()))
        .map_err(denied)?;
    Ok(lock)
}

/// Makes a cluster aside, durable when `fill` returns, and gives it its name: nobody ever opens half a cluster.
fn make_cluster(
    dir: &Dir,
    fill: impl FnOnce(&Dir) -> Result<(), Error>,
    failed: impl Fn(std::io::Error) -> Error,
) -> Result<(), Error> {
    if dir.exists(NEW_CLUSTER) {
        dir.remove_dir_all(NEW_CLUSTER).map_err(&failed)?;
    }
    dir.create_dir(NEW_CLUSTER).map_err(&failed)?;
    let new = dir.open_dir(NEW_CLUSTER).map_err(&failed)?;
    fill(&new)?;
    let finish = || {
        restrict(&new)?;
        sync(&new)?;
        dir.rename(NEW_CLUSTER, dir, CLUSTER)?;
        sync(dir)
    };
    finish().map_err(&failed)
}

/// Makes a cluster of a backup; of one that is not whole, nothing stays.
fn restore(
    dir: &Dir,
    artefacts: &Artefacts,
    backup: &BackupSource,
    failed: impl Fn(std::io::Error) -> Error,
) -> Result<(), Error> {
    let from = backup.open()?;
    let fill = |new: &Dir| {
        let new = new.try_clone().map_err(&failed)?;
        backup::fill(artefacts, new, from).map_err(|error| error.context(backup.name()))
    };
    let made = make_cluster(dir, fill, &failed);
    if made.is_err() {
        // What cannot be removed now is when the database is opened next.
        let _ = dir.remove_dir_all(NEW_CLUSTER);
    }
    made
}

/// Copies the image's cluster.
fn fill(new: &Dir, image: &Image) -> std::io::Result<()> {
    for entry in image.entries() {
        let Some(path) = entry.path.strip_prefix(DATA).and_then(|path| path.strip_prefix('/')) else {
            continue;
        };
        match entry.kind {
            FileType::Directory => new.create_dir(path)?,
            _ => {
                let mut file = new.create(path)?;
                file.write_all(image.bytes(entry.start, entry.len))?;
                file.sync_all()?;
            }
        }
    }
    for directory in image.entries().iter().filter(|entry| entry.kind == FileType::Directory) {
        if let Some(path) = directory.path.strip_prefix(DATA).and_then(|path| path.strip_prefix('/')) {
            sync(&new.open_dir(path)?)?;
        }
    }
    Ok(())
}

/// The owner alone may look inside.
#[cfg(unix)]
fn restrict(dir: &Dir) -> std::io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt};
    dir.set_permissions(".", Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict(_: &Dir) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync(dir: &Dir) -> std::io::Result<()> {
    dir.open(".")?.into_std().sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Dir) -> std::io::Result<()> {
    Ok(())
}
