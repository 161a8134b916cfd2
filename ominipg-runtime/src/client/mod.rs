//! The handle that applications hold: connect, query, transaction, close.

#[cfg(feature = "embedded")]
mod dump;
mod extensions;
mod handle;
mod location;
mod mode;
mod open;
mod options;
mod redact;
mod tables;

#[cfg(feature = "embedded")]
pub use self::dump::Dump;
pub use self::handle::Ominipg;
pub(crate) use self::handle::{at_most_one, one};
pub use self::mode::Mode;
pub use self::options::ConnectOptions;
