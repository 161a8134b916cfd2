//! A read-only archive of files that all databases of the process share.

use std::io::{self, Cursor, Read};

use super::FileType;

/// A tar archive in memory and the places of its files.
pub(in crate::embedded) struct Image {
    bytes: Vec<u8>,
    entries: Vec<ImageEntry>,
}

/// One file or directory of an image.
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
        Self { bytes: Vec::new(), entries: Vec::new() }
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
        Ok(Self { bytes, entries })
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
