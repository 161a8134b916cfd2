//! One name space over the files in memory, the host's folder and the devices.

use std::io;
use std::sync::Arc;

use cap_std::fs::Dir;

use super::host::{HostFiles, HostOpened};
use super::host_file::HostFile;
use super::image::Image;
use super::memory::{MemoryFiles, NodeId};
use super::{DATA, Entry, FileType, Metadata, OpenFlags};
use crate::embedded::wasi::errno::{Errno, Result};

/// All files that one engine sees. Paths are normal: relative to the root, without `.`, `..` and double slashes.
pub(in crate::embedded) struct Tree {
    memory: MemoryFiles,
    host: Option<HostFiles>,
}

/// An open file.
pub(in crate::embedded) enum Handle {
    Memory(NodeId),
    Host(HostFile),
    Directory,
    Null,
    Random,
}

/// Where a path leads.
enum Place<'tree, 'path> {
    Memory(&'path str),
    Host(&'tree HostFiles, &'path str),
}

impl Tree {
    /// A tree in memory, with `host` in the place of the cluster's folder if there is one.
    pub(in crate::embedded) fn new(memory: MemoryFiles, host: Option<HostFiles>) -> Self {
        Self { memory, host }
    }

    /// Adds the files of `image`, which all trees that have them share.
    pub(in crate::embedded) fn add_files(&mut self, image: &Arc<Image>) {
        self.memory.add(Arc::clone(image));
    }

    /// A copy that later changes leave alone: what is in memory is shared until it is written, and the files of the host
    /// for which `is_wanted` says so are copied to `aside`.
    pub(in crate::embedded) fn copy(
        &self,
        aside: Option<Dir>,
        is_wanted: impl Fn(&str) -> bool,
    ) -> io::Result<Self> {
        let host = match (&self.host, aside) {
            (Some(host), Some(aside)) => {
                host.copy_to(&aside, &is_wanted)?;
                Some(HostFiles::new(aside))
            }
            (None, _) => None,
            (Some(_), None) => return Err(io::Error::other("there is no place for a copy of the folder")),
        };
        Ok(Self { memory: self.memory.clone(), host })
    }

    /// The files in memory.
    pub(in crate::embedded) fn memory(&self) -> &MemoryFiles {
        &self.memory
    }

    /// The files in memory.
    pub(in crate::embedded) fn into_memory(self) -> MemoryFiles {
        self.memory
    }

    fn place<'path>(&self, path: &'path str) -> Place<'_, 'path> {
        if let Some(host) = &self.host {
            if path == DATA {
                return Place::Host(host, "");
            }
            if let Some(rest) = path.strip_prefix(DATA).and_then(|rest| rest.strip_prefix('/')) {
                return Place::Host(host, rest);
            }
        }
        Place::Memory(path)
    }

    pub(in crate::embedded) fn open(&mut self, path: &str, flags: OpenFlags) -> Result<Handle> {
        match path {
            "dev/null" => return Ok(Handle::Null),
            "dev/urandom" | "dev/random" => return Ok(Handle::Random),
            _ => {}
        }
        let handle = match self.place(path) {
            Place::Host(host, path) => match host.open(path, flags)? {
                HostOpened::File(file) => Handle::Host(file),
                HostOpened::Directory => Handle::Directory,
            },
            Place::Memory(path) => match self.memory.open(path) {
                Ok((id, _)) if flags.create && flags.exclusive => {
                    self.memory.close(id);
                    return Err(Errno::EXIST);
                }
                Ok((id, FileType::Directory)) => {
                    self.memory.close(id);
                    Handle::Directory
                }
                Ok((id, _)) => {
                    if flags.truncate {
                        self.memory.set_len(id, 0)?;
                    }
                    Handle::Memory(id)
                }
                Err(Errno::NOENT) if flags.create => Handle::Memory(self.memory.create(path)?),
                Err(error) => return Err(error),
            },
        };
        if flags.directory && !matches!(handle, Handle::Directory) {
            self.close(handle);
            return Err(Errno::NOTDIR);
        }
        Ok(handle)
    }

    /// Closes a handle.
    pub(in crate::embedded) fn close(&mut self, handle: Handle) {
        if let Handle::Memory(id) = handle {
            self.memory.close(id);
        }
    }

    /// Kind and size of an open file; `path` is where it was opened.
    pub(in crate::embedded) fn metadata(&self, handle: &Handle, path: &str) -> Result<Metadata> {
        match handle {
            Handle::Memory(id) => Ok(self.memory.metadata(*id)),
            Handle::Host(file) => file.metadata(),
            Handle::Directory => self.stat(path),
            Handle::Null | Handle::Random => Ok(Metadata { kind: FileType::Device, size: 0, id: 0 }),
        }
    }

    pub(in crate::embedded) fn stat(&self, path: &str) -> Result<Metadata> {
        match self.place(path) {
            Place::Host(host, path) => host.stat(path),
            Place::Memory(path) => self.memory.stat(path),
        }
    }

    pub(in crate::embedded) fn create_directory(&mut self, path: &str) -> Result<()> {
        match self.place(path) {
            Place::Host(host, path) => host.create_directory(path),
            Place::Memory(path) => self.memory.create_directory(path),
        }
    }

    pub(in crate::embedded) fn remove_directory(&mut self, path: &str) -> Result<()> {
        match self.place(path) {
            Place::Host(host, path) => host.remove_directory(path),
            Place::Memory(path) => self.memory.remove_directory(path),
        }
    }

    pub(in crate::embedded) fn remove_file(&mut self, path: &str) -> Result<()> {
        match self.place(path) {
            Place::Host(host, path) => host.remove_file(path),
            Place::Memory(path) => self.memory.remove_file(path),
        }
    }

    pub(in crate::embedded) fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        match (self.place(from), self.place(to)) {
            (Place::Host(host, from), Place::Host(_, to)) => host.rename(from, to),
            (Place::Memory(from), Place::Memory(to)) => self.memory.rename(from, to),
            _ => Err(Errno::XDEV),
        }
    }

    pub(in crate::embedded) fn list(&self, path: &str) -> Result<Vec<Entry>> {
        match self.place(path) {
            Place::Host(host, path) => host.list(path),
            Place::Memory(path) => self.memory.list(path),
        }
    }

    pub(in crate::embedded) fn read_at(
        &self,
        handle: &Handle,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        match handle {
            Handle::Memory(id) => self.memory.read_at(*id, offset, buffer),
            Handle::Host(file) => file.read_at(offset, buffer),
            Handle::Directory => Err(Errno::ISDIR),
            Handle::Null => Ok(0),
            Handle::Random => {
                getrandom::fill(buffer).map_err(|_| Errno::IO)?;
                Ok(buffer.len())
            }
        }
    }

    pub(in crate::embedded) fn write_at(
        &mut self,
        handle: &Handle,
        offset: u64,
        bytes: &[u8],
    ) -> Result<usize> {
        match handle {
            Handle::Memory(id) => self.memory.write_at(*id, offset, bytes),
            Handle::Host(file) => file.write_at(offset, bytes),
            Handle::Directory => Err(Errno::ISDIR),
            Handle::Null | Handle::Random => Ok(bytes.len()),
        }
    }

    pub(in crate::embedded) fn set_len(&mut self, handle: &Handle, len: u64) -> Result<()> {
        match handle {
            Handle::Memory(id) => self.memory.set_len(*id, len),
            Handle::Host(file) => file.set_len(len),
            _ => Err(Errno::INVAL),
        }
    }

    /// Makes contents durable: of a host file or of a host directory's names; memory needs nothing.
    pub(in crate::embedded) fn sync(&self, handle: &Handle, path: &str, data_only: bool) -> Result<()> {
        match handle {
            Handle::Host(file) => file.sync(data_only),
            Handle::Directory => match self.place(path) {
                Place::Host(host, path) => host.sync_directory(path),
                Place::Memory(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }
}
