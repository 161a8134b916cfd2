//! One open file of the host.

use std::fs::File;
use std::io;

use super::faults::Faults;
use super::{FileType, Metadata};
use crate::embedded::wasi::errno::Result;

/// An open file of the host; it lives on when its name is removed.
pub(in crate::embedded) struct HostFile {
    file: File,
    faults: Faults,
}

impl HostFile {
    pub(super) fn new(file: File, faults: Faults) -> Self {
        Self { file, faults }
    }

    pub(super) fn metadata(&self) -> Result<Metadata> {
        Ok(Metadata { kind: FileType::File, size: self.file.metadata()?.len(), id: 0 })
    }

    pub(super) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        Ok(again(|| positional::read_at(&self.file, buffer, offset))?)
    }

    /// Writes, and says how much: a disk that is full in the middle takes less than all.
    pub(super) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<usize> {
        let bytes = &bytes[..self.faults.write(&self.file, offset, bytes.len())?];
        Ok(again(|| positional::write_at(&self.file, bytes, offset))?)
    }

    pub(super) fn set_len(&self, len: u64) -> Result<()> {
        self.faults.resize(&self.file, len)?;
        Ok(again(|| self.file.set_len(len))?)
    }

    /// Makes the contents durable. An error is passed on as it is and never tried again: the kernel may have dropped what
    /// it could not write, so that PostgreSQL must replay its log.
    pub(super) fn sync(&self, data_only: bool) -> Result<()> {
        if !self.faults.sync(&self.file)? {
            return Ok(());
        }
        Ok(if data_only { self.file.sync_data() } else { self.file.sync_all() }?)
    }
}

/// A call that a signal interrupted has done nothing yet.
fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Reading and writing at a position, which the standard library spells differently on each system.
mod positional {
    use std::fs::File;
    use std::io::Result;

    #[cfg(unix)]
    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> Result<usize> {
        std::os::unix::fs::FileExt::read_at(file, buffer, offset)
    }

    #[cfg(unix)]
    pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> Result<usize> {
        std::os::unix::fs::FileExt::write_at(file, bytes, offset)
    }

    #[cfg(windows)]
    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> Result<usize> {
        std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
    }

    #[cfg(windows)]
    pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> Result<usize> {
        std::os::windows::fs::FileExt::seek_write(file, bytes, offset)
    }
}
