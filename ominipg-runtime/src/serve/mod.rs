//! A front door for other clients: sockets at which an embedded database speaks PostgreSQL's protocol.

// From the top: `server` accepts sockets from a `listener`; `connection` takes one from its `handshake` (`startup` reads
// its first packets, `scram` checks its password) to its end, and the `relay` copies bytes between it and its session,
// which `sessions` opens.
mod cancel_key;
mod connection;
mod door;
mod handshake;
mod listener;
mod options;
mod refusal;
mod relay;
mod reply;
mod scram;
mod server;
mod sessions;
#[cfg(unix)]
mod socket_file;
mod startup;
#[cfg(test)]
mod tests;

pub(crate) use self::cancel_key::CancelKey;
pub use self::options::ServeOptions;
pub use self::server::Server;
pub(crate) use self::server::serve;
pub(crate) use self::sessions::sessions_of;
pub(crate) use self::startup::Startup;

/// The one database that is served.
const DATABASE: &str = "postgres";
