//! PostgreSQL in the process: compiled to WebAssembly, hosted by wasmtime, on a thread of its own.
//!
//! Connecting to `:memory:` or `file://…` is all that an application needs; [`prepare`] compiles the engine ahead, and
//! [`prepare_extensions`] its extensions.

// From the top: `open` makes an `engine`, which runs on the threads of its callers (`stream`) or on its `worker`, under the
// eyes of the `watchdog`; `switchboard` tells whose turn it is; `backend` drives PostgreSQL's own functions; `link` places
// the modules, and `wasi` answers what they ask of a system, on the `files` that they see. `cache` keeps what is compiled,
// `cluster` makes the first database, `snapshot` the engine that databases in memory are copies of;
// `backup` writes a copy of a database's files to an archive, and reads it;
// `extensions` adds to both for the databases that ask for it.
mod artefacts;
mod backend;
mod backup;
mod cache;
mod cluster;
mod control;
mod driver;
mod engine;
mod extensions;
#[cfg(test)]
mod faults;
mod files;
mod flush;
mod folder;
mod frames;
mod host;
mod identity;
mod inet;
mod link;
mod module;
mod open;
mod options;
mod session_end;
mod settings;
mod snapshot;
mod stream;
mod switchboard;
#[cfg(all(test, unix))]
mod tests;
mod variables;
mod wasi;
mod watchdog;
mod worker;

use std::path::PathBuf;

pub(crate) use self::backup::{BackupSource, Copying};
pub use self::cache::{Cleared, EngineCache, clear, prepare, show};
pub(crate) use self::extensions::Selection;
pub use self::extensions::prepare_extensions;
#[doc(hidden)]
pub use self::open::stream;
pub(crate) use self::open::{Embedded, Sessions};
pub(crate) use self::options::Options;
pub(crate) use self::stream::SessionStream;

/// The role that owns an embedded database.
const SUPERUSER: &str = "postgres";

/// The one database that an engine serves.
const DATABASE: &str = "postgres";

/// Where an embedded database lives.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    /// In memory, until it is closed.
    Memory,
    /// In a folder.
    Folder(PathBuf),
}
