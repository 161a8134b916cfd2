//! Files in a folder of the host, reached through a directory handle that no path can leave.

use std::io;

use cap_std::fs::{Dir, OpenOptions};

use super::faults::Faults;
use super::host_file::HostFile;
use super::{Entry, FileType, Metadata, OpenFlags};
use crate::embedded::wasi::errno::{Errno, Result};

/// A folder of the host.
///
/// The handle refuses every path that leads out, by `..` or by a link. What is itself a link is refused wherever it leads:
/// PostgreSQL makes none here, so that somebody else did.
pub(in crate::embedded) struct HostFiles {
    dir: Dir,
    faults: Faults,
}

/// What opening a path of the host gave.
pub(in crate::embedded) enum HostOpened {
    File(HostFile),
    Directory,
}

impl HostFiles {
    pub(in crate::embedded) fn new(dir: Dir) -> Self {
        Self { dir, faults: Faults::none() }
    }

    /// The same, with operations that fail.
    #[cfg(all(test, unix))]
    pub(in crate::embedded) fn with_faults(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }

    /// What a path leads to, where it is not a link.
    fn look(&self, path: &str) -> Result<cap_std::fs::Metadata> {
        let metadata = self.dir.symlink_metadata(or_dot(path))?;
        if metadata.is_symlink() {
            tracing::warn!(target: "ominipg::engine", "{path} is a link: the database's folder must hold files of its own");
            return Err(Errno::LOOP);
        }
        Ok(metadata)
    }

    pub(in crate::embedded) fn open(&self, path: &str, flags: OpenFlags) -> Result<HostOpened> {
        let exists = match self.look(path) {
            Ok(metadata) if metadata.is_dir() => {
                return if flags.create && flags.exclusive {
                    Err(Errno::EXIST)
                } else {
                    Ok(HostOpened::Directory)
                };
            }
            Ok(_) => true,
            Err(Errno::NOENT) if flags.create => false,
            Err(error) => return Err(error),
        };
        if !exists {
            self.faults.create(&self.dir, or_dot(path))?;
        }
        // Descriptors are always opened for both: PostgreSQL syncs files that it opened to read.
        let mut options = options();
        options.read(true).write(true);
        match (flags.create, flags.exclusive) {
            (true, true) => options.create_new(true),
            (create, _) => options.create(create),
        };
        let file = match self.dir.open_with(or_dot(path), &options).map_err(Errno::from) {
            // A file that may only be read can be.
            Err(Errno::ACCES | Errno::ROFS) if exists && !flags.truncate => {
                self.dir.open_with(or_dot(path), OpenOptions::new().read(true))?
            }
            opened => opened?,
        };
        let file = HostFile::new(file.into_std(), self.faults.clone());
        if exists && flags.truncate {
            file.set_len(0)?;
        }
        Ok(HostOpened::File(file))
    }

    pub(in crate::embedded) fn stat(&self, path: &str) -> Result<Metadata> {
        let metadata = self.look(path)?;
        Ok(match metadata.is_dir() {
            // What a directory takes is its file system's own affair.
            true => Metadata { kind: FileType::Directory, size: 0, id: 0 },
            false => Metadata { kind: FileType::File, size: metadata.len(), id: 0 },
        })
    }

    pub(in crate::embedded) fn create_directory(&self, path: &str) -> Result<()> {
        self.faults.create(&self.dir, or_dot(path))?;
        Ok(self.dir.create_dir(or_dot(path))?)
    }

    pub(in crate::embedded) fn remove_directory(&self, path: &str) -> Result<()> {
        self.faults.remove(&self.dir, or_dot(path))?;
        Ok(self.dir.remove_dir(or_dot(path))?)
    }

    /// Removes a name; a link is removed itself.
    pub(in crate::embedded) fn remove_file(&self, path: &str) -> Result<()> {
        self.faults.remove(&self.dir, or_dot(path))?;
        Ok(self.dir.remove_file(or_dot(path))?)
    }

    pub(in crate::embedded) fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.faults.rename(&self.dir, or_dot(from), or_dot(to))?;
        Ok(self.dir.rename(or_dot(from), &self.dir, or_dot(to))?)
    }

    /// The names in a directory. One that is not UTF-8 is none of PostgreSQL's, which has no way to speak of it: it is
    /// passed over.
    pub(in crate::embedded) fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in self.dir.read_dir(or_dot(path))? {
            let entry = entry?;
            let kind = if entry.file_type()?.is_dir() { FileType::Directory } else { FileType::File };
            match entry.file_name().into_string() {
                Ok(name) => entries.push(Entry { name, kind }),
                Err(name) => tracing::warn!(
                    target: "ominipg::engine",
                    "{name:?} in the database's folder {path:?} is not a file of the database"
                ),
            }
        }
        Ok(entries)
    }

    /// Copies the directories, and the files for which `is_wanted` says so, to another folder. Where the file system can,
    /// it shares their contents until one of them is written.
    pub(in crate::embedded) fn copy_to(&self, to: &Dir, is_wanted: &impl Fn(&str) -> bool) -> io::Result<()> {
        let mut directories = vec![String::new()];
        while let Some(directory) = directories.pop() {
            for entry in self.dir.read_dir(or_dot(&directory))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
                let at = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
                let kind = entry.file_type().map_err(at)?;
                if kind.is_dir() {
                    to.create_dir(&path).map_err(at)?;
                    directories.push(path);
                } else if kind.is_file() && is_wanted(&path) {
                    self.dir.copy(&path, to, &path).map_err(at)?;
                }
            }
        }
        Ok(())
    }

    /// Makes the names in a directory durable.
    pub(in crate::embedded) fn sync_directory(&self, path: &str) -> Result<()> {
        if !self.faults.sync_directory(path)? {
            return Ok(());
        }
        #[cfg(unix)]
        match self.dir.open(or_dot(path)).map_err(Errno::from) {
            // It was removed since it was opened: of its names none is left to be durable.
            Err(Errno::NOENT | Errno::NOTDIR) => {}
            directory => directory?.into_std().sync_all()?,
        }
        Ok(())
    }
}

/// New files are for the owner alone, as PostgreSQL makes them.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn or_dot(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}
