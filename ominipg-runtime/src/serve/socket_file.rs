//! The file of a Unix socket.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::error::{Error, ErrorKind};

/// How clients derive a socket's name from its port.
const PREFIX: &str = ".s.PGSQL.";
const PORT: u16 = 5432;
/// How a lock's name ends; a name of its own, for a server of PostgreSQL may have its lock there.
const LOCK: &str = ".ominipg";

/// A socket's place in the file system; dropped, it takes its files away.
pub(super) struct SocketFile {
    folder: PathBuf,
    port: u16,
    /// Device and number of the file, so that only what was made here is removed.
    made: (u64, u64),
    /// Held while the socket is there: processes that start at once do not take each other's.
    _lock: Lock,
}

impl SocketFile {
    /// Listens on a socket in the folder `path`, or at `path` itself.
    pub(super) async fn bind(path: &Path) -> Result<(UnixListener, Self), Error> {
        let (folder, port) = locate(path)?;
        let path = folder.join(format!("{PREFIX}{port}"));
        let failed = |error: io::Error| {
            let hint = match error.kind() {
                io::ErrorKind::InvalidInput => "; systems take about 100 characters: use a shorter path",
                io::ErrorKind::NotFound => "; create the folder first",
                _ => "",
            };
            Error::new(ErrorKind::Connect, format!("cannot listen on {}: {error}{hint}", path.display()))
        };
        let lock = Lock::take(folder.join(format!("{PREFIX}{port}{LOCK}"))).map_err(failed)?;
        let Some(lock) = lock else { return Err(in_use(&path)) };
        check_free(&path).await?;
        let listener = place(&folder, &path).map_err(failed)?;
        let made = identity(&path).map_err(failed)?;
        Ok((listener, Self { folder, port, made, _lock: lock }))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let path = self.folder.join(format!("{PREFIX}{}", self.port));
        if identity(&path).is_ok_and(|found| found == self.made) {
            // It may be gone already.
            let _ = fs::remove_file(path);
        }
    }
}

/// The folder and the port that clients find the socket by.
fn locate(path: &Path) -> Result<(PathBuf, u16), Error> {
    let whole = std::path::absolute(path).map_err(|error| {
        Error::new(ErrorKind::Options, format!("`{}` is no path for a socket: {error}", path.display()))
    })?;
    if whole.is_dir() {
        return Ok((whole, PORT));
    }
    let name = whole.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match (name.strip_prefix(PREFIX).map(str::parse), whole.parent()) {
        (Some(Ok(port)), Some(folder)) => Ok((folder.to_owned(), port)),
        _ => {
            let message = format!(
                "`{}` is neither a folder that is there nor the path of a socket as clients look for it: its last \
                 part must be `{PREFIX}{PORT}`, or another number, which is the port that clients name",
                path.display()
            );
            Err(Error::new(ErrorKind::Options, message))
        }
    }
}

/// Whether nobody listens at `path`, and nothing else is there.
async fn check_free(path: &Path) -> Result<(), Error> {
    let refused = |why: &str| Error::new(ErrorKind::Connect, format!("{} {why}", path.display()));
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refused(&format!("cannot be looked at: {error}"))),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(refused("is there and is not a socket: choose another path, or move it away"));
        }
        Ok(_) => {}
    }
    match UnixStream::connect(path).await {
        // What its process left behind.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(refused(&format!("is there, and it is not clear whether it is in use: {error}"))),
        Ok(_) => Err(in_use(path)),
    }
}

fn in_use(path: &Path) -> Error {
    let message = format!(
        "{} is in use by another server: choose another folder, or another number at its end",
        path.display()
    );
    Error::new(ErrorKind::Connect, message)
}

/// Listens on a socket that only this user can open. It is made in a folder that only this user can enter, so that there
/// is no moment at which others can, and moved to `path`, in place of one that nobody listens on.
fn place(folder: &Path, path: &Path) -> io::Result<UnixListener> {
    let mut number = [0; 4];
    getrandom::fill(&mut number)?;
    let aside = folder.join(format!(".o{:08x}", u32::from_ne_bytes(number)));
    DirBuilder::new().mode(0o700).create(&aside)?;
    // Longer than the socket's own name: where this is not too long a path for clients, that is not either.
    let socket = aside.join("socket");
    let placed = (|| {
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        fs::rename(&socket, path)?;
        Ok(listener)
    })();
    if placed.is_err() {
        let _ = fs::remove_file(&socket);
    }
    let _ = fs::remove_dir(&aside);
    placed
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

/// A file that one process has locked at a time. Nothing is written to it, and links are not followed, for others may
/// write to the folder.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock, if nobody has it.
    fn take(path: PathBuf) -> io::Result<Option<Self>> {
        loop {
            let file = match File::options().write(true).create_new(true).mode(0o600).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match open(&path) {
                    // Its last owner has just removed it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    opened => opened?,
                },
                created => created?,
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Its last owner may have removed it in the meantime, and another may have made it anew.
            let locked = file.metadata()?;
            if identity(&path).is_ok_and(|found| found == (locked.dev(), locked.ino())) {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still locked.
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens a lock that is there.
fn open(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::Error::other(format!("{} is in the way", path.display())))
}
