//! A read-only archive of files that all databases of the process share.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;
use serde::{Deserialize, Serialize};

use super::FileType;

/// A tar archive and the places of its files.
pub(in crate::embedded) struct Image {
    bytes: Bytes,
    entries: Vec<ImageEntry>,
}

/// Where an archive's bytes are.
enum Bytes {
    Owned(Vec<u8>),
    /// In a file: what is read of it is in memory once for the whole machine.
    Mapped(Mmap),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(bytes) => bytes,
        }
    }
}

/// One file or directory of an image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::embedded) struct ImageEntry {
    /// Relative, without a slash at either end.
    pub(in crate::embedded) path: String,
    pub(in crate::embedded) kind: FileType,
    pub(in crate::embedded) start: usize,
    pub(in crate::embedded) len: usize,
}

impl Image {
    /// An image without files.
    pub(in crate::embedded) fn empty() -> Self {
        Self { bytes: Bytes::Owned(Vec::new()), entries: Vec::new() }
    }

    /// Reads the places of the files in a tar archive.
    pub(in crate::embedded) fn from_tar(bytes: Vec<u8>) -> io::Result<Self> {
        let mut entries = Vec::new();
        let mut archive = tar::Archive::new(Cursor::new(&bytes));
        for entry in archive.entries_with_seek()? {
            let entry = entry?;
            let path = entry.path()?.to_string_lossy().replace('\\', "/");
            let path = path.trim_start_matches("./").trim_matches('/').to_owned();
            if path.is_empty() || path.split('/').any(|part| part == "..") {
                continue;
            }
            let kind = match entry.header().entry_type() {
                tar::EntryType::Directory => FileType::Directory,
                tar::EntryType::Regular => FileType::File,
                _ => continue,
            };
            let (start, len) = (entry.raw_file_position() as usize, entry.size() as usize);
            if bytes.len() < start || bytes.len() - start < len {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            entries.push(ImageEntry { path, kind, start, len });
        }
        Ok(Self { bytes: Bytes::Owned(bytes), entries })
    }

    /// The archive in a file, whose entries are known.
    pub(in crate::embedded) fn map(path: &Path, entries: Vec<ImageEntry>) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the file must not change while it is mapped. It lies in the user's own cache folder, where this crate
        // alone puts files of that name, whole (written aside and renamed) and never rewritten.
        #[allow(unsafe_code)]
        let bytes = unsafe { Mmap::map(&file)? };
        let inside =
            |entry: &ImageEntry| entry.start.checked_add(entry.len).is_some_and(|end| end <= bytes.len());
        if !entries.iter().all(inside) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Self { bytes: Bytes::Mapped(bytes), entries })
    }

    /// Reads a tar archive compressed with zstd.
    pub(in crate::embedded) fn from_tar_zst(compressed: &[u8]) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(compressed).map_err(io::Error::other)?;
        decoder.read_to_end(&mut bytes)?;
        Self::from_tar(bytes)
    }

    pub(in crate::embedded) fn entries(&self) -> &[ImageEntry] {
        &self.entries
    }

    pub(in crate::embedded) fn bytes(&self, start: usize, len: usize) -> &[u8] {
        &self.bytes[start..start + len]
    }

    /// The contents of the file at `path`.
    pub(in crate::embedded) fn file(&self, path: &str) -> Option<&[u8]> {
        let entry = self.entries.iter().find(|entry| entry.path == path && entry.kind == FileType::File)?;
        Some(self.bytes(entry.start, entry.len))
    }

    /// The whole archive.
    pub(in crate::embedded) fn as_tar(&self) -> &[u8] {
        &self.bytes
    }
}
