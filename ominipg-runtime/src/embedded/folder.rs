//! The folder of a `file://` database: its lock, and its first cluster.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use cap_std::fs::Dir;

use super::files::image::Image;
use super::files::{DATA, FileType};
use super::identity;
use crate::error::{Error, ErrorKind};

const LOCK: &str = "ominipg.lock";
/// The cluster's folder inside the database's.
const CLUSTER: &str = "cluster";
/// Where a cluster is made; it gets its name when it is whole.
const NEW_CLUSTER: &str = "cluster.new";

/// A database's folder, locked for this process until it is dropped.
pub(super) struct Folder {
    cluster: Dir,
    /// The operating system frees the lock when the process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Opens the folder at `path`, and makes it and its cluster from `image` where they are not there.
    pub(super) fn open(path: &Path, image: &Image) -> Result<Self, Error> {
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
        if !dir.exists(CLUSTER) {
            make_cluster(&dir, image).map_err(|error| failed("write a new database to", error))?;
        }
        let cluster = dir.open_dir(CLUSTER).map_err(|error| failed("open the cluster in", error))?;
        Ok(Self { cluster, _lock: lock })
    }

    /// A handle on the cluster.
    pub(super) fn cluster(&self) -> Result<Dir, Error> {
        self.cluster.try_clone().map_err(|error| Error::new(ErrorKind::Connect, error.to_string()))
    }
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

/// Copies the image's cluster aside, makes it durable, and gives it its name: nobody ever opens half a cluster.
fn make_cluster(dir: &Dir, image: &Image) -> std::io::Result<()> {
    if dir.exists(NEW_CLUSTER) {
        dir.remove_dir_all(NEW_CLUSTER)?;
    }
    dir.create_dir(NEW_CLUSTER)?;
    let new = dir.open_dir(NEW_CLUSTER)?;
    let identifier = identity::new_identifier();
    for entry in image.entries() {
        let Some(path) = entry.path.strip_prefix(DATA).and_then(|path| path.strip_prefix('/')) else {
            continue;
        };
        match entry.kind {
            FileType::Directory => new.create_dir(path)?,
            _ => {
                let mut file = new.create(path)?;
                let contents = identity::identify_file(path, image.bytes(entry.start, entry.len), identifier)
                    .map_err(|errno| {
                        std::io::Error::other(format!("{path} is not as it must be: {errno:?}"))
                    })?;
                file.write_all(&contents)?;
                file.sync_all()?;
            }
        }
    }
    restrict(&new)?;
    for directory in image.entries().iter().filter(|entry| entry.kind == FileType::Directory) {
        if let Some(path) = directory.path.strip_prefix(DATA).and_then(|path| path.strip_prefix('/')) {
            sync(&new.open_dir(path)?)?;
        }
    }
    sync(&new)?;
    dir.rename(NEW_CLUSTER, dir, CLUSTER)?;
    sync(dir)
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
