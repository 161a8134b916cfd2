//! A whole database as one file: a tar archive, compressed with zstd, of its cluster as after an orderly shutdown.

// A dump: `copy` asks the backend for a copy of the files between two turns, `settle` makes of it what a shutdown leaves
// behind, and `writer` writes it. A restore: `reader` checks and unpacks. Both go by the `manifest`.
mod copy;
mod frames;
mod kept;
mod manifest;
mod reader;
mod restore;
mod settle;
mod source;
#[cfg(test)]
mod tests;
mod writer;

pub(super) use self::copy::CopyRequest;
pub(crate) use self::copy::Copying;
pub(super) use self::kept::is_kept;
pub(super) use self::restore::{fill, into_memory};
pub(crate) use self::source::BackupSource;
