//! Local-first sync: changes of an embedded database are captured, and sent to a PostgreSQL server.

#[cfg(feature = "embedded")]
#[macro_use]
#[cfg_attr(not(feature = "sync-faults"), allow(unreachable_pub))]
pub mod faults;
#[cfg(feature = "embedded")]
mod auto;
#[cfg(feature = "embedded")]
mod conflict;
// Without an embedded database nothing is sent, and of the core only the names of the policies are used.
#[cfg_attr(not(feature = "embedded"), allow(dead_code, unused_imports))]
mod core;
#[cfg(feature = "embedded")]
mod drift;
#[cfg(feature = "embedded")]
mod local;
#[cfg(feature = "embedded")]
mod marks;
#[cfg(feature = "embedded")]
mod options;
#[cfg(feature = "embedded")]
mod push;
#[cfg(feature = "embedded")]
mod raw;
#[cfg(feature = "embedded")]
mod refusal;
#[cfg(feature = "embedded")]
mod remote;
#[cfg(feature = "embedded")]
mod report;
#[cfg(feature = "embedded")]
mod sequences;
#[cfg(feature = "embedded")]
mod server;
#[cfg(feature = "embedded")]
mod syncer;
#[cfg(feature = "embedded")]
mod table;

#[cfg(feature = "embedded")]
pub use self::auto::AutoSync;
#[cfg(feature = "embedded")]
pub(crate) use self::conflict::Resolver;
#[cfg(feature = "embedded")]
pub use self::conflict::{Resolution, SyncConflict};
pub use self::core::{ColumnPolicy, Policy};
#[cfg(feature = "embedded")]
pub use self::drift::{Drift, DriftKind};
#[cfg(feature = "embedded")]
pub use self::local::ParkedChange;
#[cfg(feature = "embedded")]
pub(crate) use self::options::SyncOptions;
#[cfg(feature = "embedded")]
pub(crate) use self::report::drift_of;
#[cfg(feature = "embedded")]
pub use self::report::{SyncReport, SyncStatus};
#[cfg(feature = "embedded")]
pub use self::sequences::SequenceBlock;
#[cfg(feature = "embedded")]
pub(crate) use self::syncer::{Syncer, no_server};
#[cfg(feature = "embedded")]
pub use self::table::SyncTable;
