use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, TimeoutType,
};

use super::connection::Connection;
use super::server::Server;
use crate::error::{Error, ErrorKind};

/// Makes connections for a pool.
pub(crate) struct Connector(Server);

/// How large a pool is and how long its callers wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolSize {
    /// The most connections at a time.
    pub(crate) connections: usize,
    /// How long a caller waits for a free one.
    pub(crate) wait: Duration,
}

/// A pool of connections to one server.
pub(super) type Connections = Pool<Connector>;

/// A connection taken from a pool.
pub(super) type Pooled = Object<Connector>;

impl Connector {
    /// The server that a pool's connections go to.
    pub(super) fn server(pool: &Connections) -> &Server {
        &pool.manager().0
    }
}

impl Manager for Connector {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        self.0.connect().await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        if connection.is_closed() {
            return Err(RecycleError::message("the connection is closed"));
        }
        Ok(())
    }
}

/// A pool without connections yet.
pub(super) fn pool(server: Server, size: PoolSize) -> Result<Connections, Error> {
    Pool::builder(Connector(server))
        .max_size(size.connections)
        .wait_timeout(Some(size.wait))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::new(ErrorKind::Options, error.to_string()))
}

/// Takes a connection.
pub(super) async fn take(pool: &Connections) -> Result<Pooled, Error> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => error,
        PoolError::Timeout(TimeoutType::Wait) => busy(pool, pool.timeouts().wait.unwrap_or_default()),
        PoolError::Closed => closed(),
        other => Error::new(ErrorKind::Connect, other.to_string()),
    })
}

/// The error of a call that waited for so long.
pub(super) fn busy(pool: &Connections, wait: Duration) -> Error {
    let size = pool.status().max_size;
    let message = format!(
        "all {size} connections were in use for the {wait:?} that this call waited: finish transactions sooner, or \
         raise `ConnectOptions::max_connections`, `busy_timeout`, or the call's own timeout"
    );
    Error::new(ErrorKind::Busy, message)
}

/// The error of every call after `close`.
pub(super) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the database handle was closed")
}
