use std::any::Any;
use std::ops::Deref;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::connection::Connection;
use super::gate::{Alone, Gate, Shared};
use super::pool::{self, Connections, PoolSize, Pooled};
use super::server::Server;
use crate::error::Error;

/// Where statements run.
pub(crate) struct Backend {
    kind: Kind,
    closed: AtomicBool,
    /// What must live as long as the connections: a worker, an engine.
    host: Mutex<Option<Box<dyn Any + Send>>>,
}

enum Kind {
    Pool(Connections),
    Shared(Gate),
}

/// A connection, for as long as it is held.
pub(crate) enum Lease {
    /// One of a pool's, which nobody else has.
    Pooled(Pooled),
    /// The shared one, beside others.
    Shared(Shared),
    /// The shared one, alone.
    Alone(Alone),
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Shared(connection) => connection,
            Self::Alone(connection) => connection,
        }
    }
}

impl Backend {
    fn new(kind: Kind, host: Option<Box<dyn Any + Send>>) -> Self {
        Self { kind, closed: AtomicBool::new(false), host: Mutex::new(host) }
    }

    /// A pool of connections to a server; one is made at once, so that a server that is not there is found out now.
    pub(crate) async fn pool(
        server: Server,
        size: PoolSize,
        host: Option<Box<dyn Any + Send>>,
    ) -> Result<Self, Error> {
        let pool = pool::pool(server, size)?;
        drop(pool::take(&pool).await?);
        Ok(Self::new(Kind::Pool(pool), host))
    }

    /// One connection for all callers.
    pub(crate) fn shared(gate: Gate, host: Option<Box<dyn Any + Send>>) -> Self {
        Self::new(Kind::Shared(gate), host)
    }

    /// A connection for one statement.
    pub(crate) async fn lease(&self) -> Result<Lease, Error> {
        self.check_open()?;
        Ok(match &self.kind {
            Kind::Pool(pool) => Lease::Pooled(pool::take(pool).await?),
            Kind::Shared(gate) => Lease::Shared(gate.shared().await?),
        })
    }

    /// A connection for statements that nobody else's may come between.
    pub(crate) async fn lease_alone(&self) -> Result<Lease, Error> {
        self.check_open()?;
        Ok(match &self.kind {
            Kind::Pool(pool) => Lease::Pooled(pool::take(pool).await?),
            Kind::Shared(gate) => Lease::Alone(gate.alone().await?),
        })
    }

    /// Ends it: what runs may finish, what comes is refused.
    pub(crate) async fn close(&self) -> Result<(), Error> {
        if self.closed.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        match &self.kind {
            Kind::Pool(pool) => pool.close(),
            Kind::Shared(gate) => drop(gate.alone().await?),
        }
        drop(self.host.lock().map(|mut host| host.take()));
        Ok(())
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::Acquire) { Err(pool::closed()) } else { Ok(()) }
    }
}
