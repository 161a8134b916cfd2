use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::connection::Connection;
use super::gate::Gate;
use super::lease::Lease;
use super::pool::{self, Connections, PoolSize};
use super::server::Server;
use super::worker::Worker;
use crate::error::Error;
#[cfg(feature = "embedded")]
use crate::error::ErrorKind;

/// Where statements run.
pub(crate) struct Backend {
    kind: Kind,
    closed: AtomicBool,
    /// Dropped after the connections that live on it.
    host: Mutex<Host>,
}

enum Kind {
    Pool(Connections),
    Only(Gate),
}

/// What drives the connections.
pub(crate) enum Host {
    /// The caller's own runtime.
    Caller,
    /// A thread with a runtime, which is held here to end with the connections.
    Worker(#[expect(dead_code, reason = "it is only dropped")] Worker),
    /// PostgreSQL in this process.
    #[cfg(feature = "embedded")]
    Embedded(crate::embedded::Embedded),
}

impl Backend {
    fn new(kind: Kind, host: Host) -> Self {
        Self { kind, closed: AtomicBool::new(false), host: Mutex::new(host) }
    }

    /// A pool of connections to a server; one is made at once, so that a server that is not there is found out now.
    pub(crate) async fn pool(server: Server, size: PoolSize, host: Host) -> Result<Self, Error> {
        let pool = pool::pool(server, size)?;
        drop(pool::take(&pool).await?);
        Ok(Self::new(Kind::Pool(pool), host))
    }

    /// One connection for all callers, who wait for each other for at most `wait`.
    #[cfg_attr(
        not(any(feature = "embedded", test)),
        expect(dead_code, reason = "only embedded databases share one")
    )]
    pub(crate) fn only(connection: Connection, wait: Duration, host: Host) -> Self {
        Self::new(Kind::Only(Gate::new(connection, wait)), host)
    }

    /// A connection for one statement or transaction.
    pub(super) async fn lease(&self) -> Result<Lease, Error> {
        self.check_open()?;
        Ok(match &self.kind {
            Kind::Pool(pool) => pool::take(pool).await?.into(),
            Kind::Only(gate) => gate.take().await?.into(),
        })
    }

    /// What opens further sessions of an embedded database.
    #[cfg(feature = "embedded")]
    pub(crate) fn sessions(&self) -> Result<crate::embedded::Sessions, Error> {
        self.check_open()?;
        match &*self.host.lock().unwrap_or_else(PoisonError::into_inner) {
            Host::Embedded(embedded) => Ok(embedded.sessions()),
            _ => Err(Error::new(ErrorKind::Options, "only an embedded database has sessions to give")),
        }
    }

    /// A copy of an embedded database's files to be made.
    #[cfg(feature = "embedded")]
    pub(crate) fn copying(&self) -> Result<crate::embedded::Copying, Error> {
        self.check_open()?;
        match &*self.host.lock().unwrap_or_else(PoisonError::into_inner) {
            Host::Embedded(embedded) => embedded.copying(),
            _ => Err(Error::new(ErrorKind::Options, "only an embedded database has files to copy")),
        }
    }

    /// Says why the engine ended, where that is the reason for a broken connection.
    #[cfg(feature = "embedded")]
    pub(super) fn explain<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        let Err(error) = result else { return result };
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        match &*host {
            Host::Embedded(embedded) if error.kind() == ErrorKind::Connection => match embedded.ending() {
                Some(reason) => Err(Error::new(ErrorKind::Engine, reason).with_source(error)),
                None => Err(error),
            },
            _ => Err(error),
        }
    }

    #[cfg(not(feature = "embedded"))]
    pub(super) fn explain<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result
    }

    /// Ends it: what runs may finish, what comes is refused.
    pub(crate) async fn close(&self) -> Result<(), Error> {
        self.closed.store(true, Ordering::Release);
        match &self.kind {
            Kind::Pool(pool) => pool.close(),
            Kind::Only(gate) => gate.close().await?,
        }
        let host =
            std::mem::replace(&mut *self.host.lock().unwrap_or_else(PoisonError::into_inner), Host::Caller);
        match host {
            Host::Caller | Host::Worker(_) => {}
            #[cfg(feature = "embedded")]
            Host::Embedded(embedded) => embedded.close().await,
        }
        Ok(())
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::Acquire) { Err(pool::closed()) } else { Ok(()) }
    }
}
