//! The folder of a `file://` database, and its lock.

mod aside;
mod cluster;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use cap_std::fs::{Dir, OpenOptions};

use super::artefacts::Artefacts;
use super::backup::BackupSource;
use crate::error::{Error, ErrorKind};

pub(super) use self::aside::Aside;
use self::cluster::sync;

const LOCK: &str = "ominipg.lock";
/// The cluster's folder inside the database's.
const CLUSTER: &str = "cluster";
/// Where PostgreSQL itself notes which process has the cluster.
const PROCESS: &str = "postmaster.pid";
/// Where a cluster is made; it gets its name when it is whole.
const NEW_CLUSTER: &str = "cluster.new";

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
        let failed = |what: &str, error: io::Error| {
            Error::new(ErrorKind::Connect, format!("cannot {what} {}: {error}", path.display()))
        };
        create(path).map_err(|error| failed("create the database folder", error))?;
        let dir = Dir::open_ambient_dir(path, cap_std::ambient_authority())
            .map_err(|error| failed("open the database folder", error))?;
        // First whether it is empty: who makes the database at this moment puts the lock there before all else.
        let is_empty =
            dir.entries().map_err(|error| failed("read the database folder", error))?.next().is_none();
        if !is_empty && dir.symlink_metadata(LOCK).is_err() {
            let message = format!(
                "{} is not empty and holds no ominipg database; name an empty folder or one that does not exist",
                path.display()
            );
            return Err(Error::new(ErrorKind::Connect, message));
        }
        for name in [LOCK, CLUSTER, NEW_CLUSTER] {
            refuse_link(path, &dir, name)?;
        }
        let lock = lock(path, &dir)?;
        aside::remove_all(&dir).map_err(|error| failed("remove what a dump has left in", error))?;
        match (backup, dir.exists(CLUSTER)) {
            (Some(_), true) => {
                let message = format!(
                    "{} holds a database already, and a backup is restored only where there is none: open it without \
                     `restore_from`, or restore into an empty folder or one that does not exist",
                    path.display()
                );
                return Err(Error::new(ErrorKind::Backup, message));
            }
            (Some(backup), false) => {
                cluster::restore(&dir, artefacts, backup, |error| failed("restore a database to", error))?;
            }
            (None, false) => {
                cluster::create(&dir, &artefacts.image)
                    .map_err(|error| failed("write a new database to", error))?;
            }
            (None, true) => {}
        }
        let cluster = dir.open_dir(CLUSTER).map_err(|error| failed("open the cluster in", error))?;
        // The folder is ours alone, so that it is of a dead process; PostgreSQL would refuse one that was never finished.
        match cluster.remove_file(PROCESS) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove the process file of a dead PostgreSQL from", error));
            }
            _ => {}
        }
        Ok(Self { dir, cluster, lock: Arc::new(lock) })
    }

    /// A new folder beside the cluster, for a copy of it.
    pub(super) fn aside(&self) -> Result<Aside, Error> {
        Aside::new(&self.dir, &self.lock)
    }

    /// A handle on the cluster.
    pub(super) fn cluster(&self) -> Result<Dir, Error> {
        self.cluster.try_clone().map_err(|error| Error::new(ErrorKind::Connect, error.to_string()))
    }
}

/// Creates a folder where it is missing, and makes its name durable, so that no database is lost with it.
fn create(path: &Path) -> io::Result<()> {
    let above = path.ancestors().filter(|folder| !folder.as_os_str().is_empty());
    let missing: Vec<&Path> = above.take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(path)?;
    missing.iter().filter_map(|folder| folder.parent()).try_for_each(|parent| {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        match Dir::open_ambient_dir(parent, cap_std::ambient_authority()).and_then(|parent| sync(&parent)) {
            // A folder that can be entered but not read cannot be synced either.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            synced => synced,
        }
    })
}

/// A link could lead out of the folder, and its target could change while the database is open.
fn refuse_link(path: &Path, dir: &Dir, name: &str) -> Result<(), Error> {
    if !dir.symlink_metadata(name).is_ok_and(|metadata| metadata.is_symlink()) {
        return Ok(());
    }
    let message = format!(
        "{} is a link, which a database's folder must not hold; put what it leads to in its place, or name that folder in the url",
        path.join(name).display()
    );
    Err(Error::new(ErrorKind::Connect, message))
}

/// Locks the folder for this process. The operating system frees the lock of a process that has ended, however it did; what
/// it wrote about itself is then of no more meaning.
fn lock(path: &Path, dir: &Dir) -> Result<File, Error> {
    let denied = |error: io::Error| {
        Error::new(
            ErrorKind::Connect,
            format!("cannot write to the database folder {}: {error}", path.display()),
        )
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut lock = dir.open_with(LOCK, &options).map_err(denied)?.into_std();
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let message = format!(
                "the database {} is open in {}; close it there, or connect through that process",
                path.display(),
                owner(&mut lock)
            );
            return Err(Error::new(ErrorKind::Locked, message));
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

/// Who wrote the lock. On Windows a locked file cannot be read, and the owner stays unnamed.
fn owner(lock: &mut File) -> String {
    let mut text = String::new();
    match lock.read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(process) if process == std::process::id() => format!("this process ({process}) already"),
        Some(process) => format!("process {process}"),
        None => "another process".to_owned(),
    }
}
