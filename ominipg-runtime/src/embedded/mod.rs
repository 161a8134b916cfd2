//! PostgreSQL in the process: compiled to WebAssembly, hosted by wasmtime, on a thread of its own.
//!
//! Connecting to `:memory:` or `file://…` is all that an application needs; [`prepare`] compiles the engine ahead.

// From the top: `worker` owns the thread and the client; `stream` is the byte stream between them, and runs `backend`,
// which drives PostgreSQL's own functions; `link` places the modules, and `wasi` answers what they ask of a system, on the
// `files` that they see. `cache` keeps what is compiled, `cluster` makes the first database.
mod artefacts;
mod backend;
mod cache;
mod cluster;
mod files;
mod flush;
mod folder;
mod host;
mod inet;
mod link;
mod module;
mod options;
mod settings;
mod stream;
#[cfg(all(test, unix))]
mod tests;
mod wasi;
mod wire;
mod worker;

use std::path::PathBuf;

pub use self::cache::{Cleared, EngineCache, clear, prepare, show};
pub(crate) use self::options::Options;
pub(crate) use self::worker::Embedded;
#[doc(hidden)]
pub use self::worker::stream;

/// The role that owns an embedded database.
const SUPERUSER: &str = "postgres";

/// Where an embedded database lives.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    /// In memory, until it is closed.
    Memory,
    /// In a folder.
    Folder(PathBuf),
}
