//! PostgreSQL in the process: compiled to WebAssembly, hosted by wasmtime, on a thread of its own.
//!
//! Connecting to `:memory:` or `file://…` is all that an application needs; [`prepare`] compiles the engine ahead, and
//! [`prepare_extensions`] its extensions.

// From the top: `worker` owns the thread and the client; `stream` is the byte stream between them, and runs `backend`,
// which drives PostgreSQL's own functions; `link` places the modules, and `wasi` answers what they ask of a system, on the
// `files` that they see. `cache` keeps what is compiled, `cluster` makes the first database, and
// `extensions` adds to both for the databases that ask for it.
mod artefacts;
mod backend;
mod cache;
mod cluster;
mod extensions;
mod files;
mod folder;
mod host;
mod inet;
mod link;
mod module;
mod settings;
mod stream;
mod wasi;
mod wire;
mod worker;

use std::path::PathBuf;

pub use self::cache::{EngineCache, prepare, show};
pub(crate) use self::extensions::Selection;
pub use self::extensions::prepare_extensions;
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
