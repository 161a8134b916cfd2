//! The folder of a `file://` database: its lock, and its first cluster.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use cap_std::fs::{Dir, OpenOptions};

use super::files::image::Image;
use super::files::{DATA, FileType};
use super::identity;
use crate::error::{Error, ErrorKind};

const LOCK: &str = "ominipg.lock";
/// The cluster's folder inside the database's.
const CLUSTER: &str = "cluster";
/// Where PostgreSQL itself notes which process has the cluster.
const PROCESS: &str = "postmaster.pid";
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
        if !dir.exists(CLUSTER) {
            make_cluster(&dir, image).map_err(|error| failed("write a new database to", error))?;
        }
        let cluster = dir.open_dir(CLUSTER).map_err(|error| failed("open the cluster in", error))?;
        // The folder is ours alone, so that it is of a dead process; PostgreSQL would refuse one that was never finished.
        match cluster.remove_file(PROCESS) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove the process file of a dead PostgreSQL from", error));
            }
            _ => {}
        }
        Ok(Self { cluster, _lock: lock })
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

/// Copies the image's cluster aside, makes it durable, and gives it its name: nobody ever opens half a cluster.
fn make_cluster(dir: &Dir, image: &Image) -> io::Result<()> {
    if dir.exists(NEW_CLUSTER) {
        dir.remove_dir_all(NEW_CLUSTER)?;
    }
    dir.create_dir(NEW_CLUSTER)?;
    let new = dir.open_dir(NEW_CLUSTER)?;
    // Before anything is in it.
    restrict(&new)?;
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
fn restrict(dir: &Dir) -> io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt};
    dir.set_permissions(".", Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict(_: &Dir) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync(dir: &Dir) -> io::Result<()> {
    dir.open(".")?.into_std().sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Dir) -> io::Result<()> {
    Ok(())
}
