//! The handle that applications hold: connect, query, transaction, close.

mod diagnostics;
#[cfg(feature = "embedded")]
mod dump;
mod events;
mod extensions;
mod handle;
mod limits;
mod location;
mod mode;
mod monitor;
mod open;
mod open_call;
mod options;
mod passfile;
mod redact;
mod requests;
mod server_parameter;
mod server_url;
mod statement_log;
#[cfg(feature = "metrics")]
mod statement_metrics;
mod streams;
#[cfg(feature = "embedded")]
mod sync;
mod tables;
mod transactions;

pub use self::diagnostics::{Diagnostics, EngineState, PoolState, StatementCache};
#[cfg(feature = "embedded")]
pub use self::dump::Dump;
pub use self::events::{Event, Events};
pub use self::handle::Ominipg;
pub(crate) use self::handle::{at_most_one, one};
pub(crate) use self::limits::{Limits, NO_LIMITS, Stop};
pub use self::mode::Mode;
pub(crate) use self::monitor::{Gauge, Monitor};
pub(crate) use self::open_call::OpenCall;
pub use self::options::ConnectOptions;
pub use self::requests::{CallKind, Histogram, Outcome, Outcomes, Waiting};
pub(crate) use self::statement_log::{PLAIN, StatementLog, Watched};
pub(crate) use self::tables::LOCK;
