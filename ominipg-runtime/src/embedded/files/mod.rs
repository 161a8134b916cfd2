//! The files that PostgreSQL sees: a tree in memory, and for `file://` databases a folder of the host at `/data`.

pub(super) mod faults;
pub(super) mod host;
mod host_file;
pub(super) mod image;
pub(super) mod memory;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use memory::MemoryFiles;
use serde::{Deserialize, Serialize};
pub(super) use tree::{Handle, Tree};

/// Where the cluster lies for PostgreSQL, without the leading slash.
pub(super) const DATA: &str = "data";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FileType {
    Directory,
    File,
    Device,
    Pipe,
}

/// What `stat` tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metadata {
    pub(super) kind: FileType,
    /// In bytes.
    pub(super) size: u64,
    /// The inode number.
    pub(super) id: u64,
}

/// One name in a directory.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kind: FileType,
}

/// How a path is opened.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OpenFlags {
    pub(super) create: bool,
    pub(super) exclusive: bool,
    pub(super) truncate: bool,
    pub(super) directory: bool,
}
