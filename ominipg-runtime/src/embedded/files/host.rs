//! Files in a folder of the host, reached through a directory handle that no path can leave.

use std::fs::File;
use std::io;

use cap_std::fs::{Dir, OpenOptions};

use super::{Entry, FileType, Metadata, OpenFlags};
use crate::embedded::wasi::errno::{Errno, Result};

/// A folder of the host.
pub(in crate::embedded) struct HostFiles {
    dir: Dir,
}

/// What opening a path of the host gave.
pub(in crate::embedded) enum HostOpened {
    File(File),
    Directory,
}

impl HostFiles {
    pub(in crate::embedded) fn new(dir: Dir) -> Self {
        Self { dir }
    }

    pub(in crate::embedded) fn open(&self, path: &str, flags: OpenFlags) -> Result<HostOpened> {
        let path = or_dot(path);
        if let Ok(metadata) = self.dir.metadata(path)
            && metadata.is_dir()
        {
            return if flags.create && flags.exclusive {
                Err(Errno::EXIST)
            } else {
                Ok(HostOpened::Directory)
            };
        }
        let mut options = OpenOptions::new();
        // Descriptors are always opened for both: PostgreSQL syncs files that it opened to read.
        options.read(true).write(true).truncate(flags.truncate);
        match (flags.create, flags.exclusive) {
            (true, true) => options.create_new(true),
            (create, _) => options.create(create),
        };
        Ok(HostOpened::File(self.dir.open_with(path, &options)?.into_std()))
    }

    pub(in crate::embedded) fn stat(&self, path: &str) -> Result<Metadata> {
        let metadata = self.dir.symlink_metadata(or_dot(path))?;
        let kind = if metadata.is_dir() { FileType::Directory } else { FileType::File };
        Ok(Metadata { kind, size: metadata.len(), id: 0 })
    }

    pub(in crate::embedded) fn create_directory(&self, path: &str) -> Result<()> {
        Ok(self.dir.create_dir(path)?)
    }

    pub(in crate::embedded) fn remove_directory(&self, path: &str) -> Result<()> {
        Ok(self.dir.remove_dir(path)?)
    }

    pub(in crate::embedded) fn remove_file(&self, path: &str) -> Result<()> {
        Ok(self.dir.remove_file(path)?)
    }

    pub(in crate::embedded) fn rename(&self, from: &str, to: &str) -> Result<()> {
        Ok(self.dir.rename(from, &self.dir, to)?)
    }

    pub(in crate::embedded) fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in self.dir.read_dir(or_dot(path))? {
            let entry = entry?;
            let kind = if entry.file_type()?.is_dir() { FileType::Directory } else { FileType::File };
            entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind });
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
        #[cfg(unix)]
        self.dir.open(or_dot(path))?.into_std().sync_all()?;
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }
}

fn or_dot(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}
