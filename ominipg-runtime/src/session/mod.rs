//! One way to run a statement: on a pooled connection, on the one shared connection, or inside a transaction.

mod address;
mod backend;
mod call;
mod connection;
mod control;
mod ended;
mod executor;
mod foreign;
mod gate;
mod lease;
mod line;
mod listening;
mod notices;
mod pool;
mod ready;
mod rows;
mod savepoint;
mod server;
mod statements;
mod streams;
mod target;
#[cfg(test)]
mod tests;
mod tidy;
#[cfg(feature = "tls")]
mod tls;
mod transact;
mod transaction;
mod transaction_options;
mod wire;
mod worker;

pub(crate) use self::address::{Address, ClientCertificate, Role};
pub(crate) use self::backend::{Backend, Host};
#[cfg(any(feature = "embedded", test))]
pub(crate) use self::connection::Connection;
#[cfg(feature = "embedded")]
pub(crate) use self::ended::{BUSY, CLOSED};
pub use self::executor::{Executing, Executor, TypedParam};
#[cfg(feature = "embedded")]
pub(crate) use self::line::{Line, LineControl};
pub(crate) use self::listening::{NOTIFY, channel};
pub use self::listening::{Notification, Notifications};
#[cfg(feature = "embedded")]
pub(crate) use self::notices::listener;
pub(crate) use self::pool::PoolOptions;
pub(crate) use self::rows::Rows;
pub use self::savepoint::Savepoint;
pub(crate) use self::server::{ConnectionSettings, Server};
pub(crate) use self::statements::Keeping;
pub(crate) use self::streams::{COPY_END, COPY_HEADER, Exchange};
pub use self::streams::{CopyIn, CopyInRows, CopyOut, RowStream};
pub(crate) use self::target::Session;
pub(crate) use self::transact::{transact, transact_with};
pub use self::transaction::Transaction;
pub use self::transaction_options::{Isolation, TransactionOptions};
#[cfg(feature = "embedded")]
pub(crate) use self::wire::OnMessage;
pub(crate) use self::worker::Worker;
