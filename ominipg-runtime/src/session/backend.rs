use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::error::SqlState;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::connection::Connection;
use super::gate::{Gate, Reconnect};
use super::lease::Lease;
use super::pool::{self, Connections, Connector, PoolOptions};
use super::server::Server;
use super::tidy::Tidy;
use super::wire::OnMessage;
use super::worker::Worker;
use crate::client::{Monitor, PoolState};
use crate::error::{Error, ErrorKind};

/// Where statements run.
pub(crate) struct Backend {
    kind: Kind,
    closed: AtomicBool,
    /// Tells those who listen that it was closed.
    ending: CancellationToken,
    /// Closes connections of a pool that are over.
    _tidy: Option<Tidy>,
    /// Dropped after the connections that live on it.
    host: Mutex<Host>,
    monitor: Arc<Monitor>,
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
    fn new(kind: Kind, host: Host, monitor: Arc<Monitor>) -> Self {
        Self {
            kind,
            closed: AtomicBool::new(false),
            ending: CancellationToken::new(),
            _tidy: None,
            host: Mutex::new(host),
            monitor,
        }
    }

    /// A pool of connections to a server; one is made at once, so that a server that is not there is found out now.
    pub(crate) async fn pool(server: Server, options: PoolOptions, host: Host) -> Result<Self, Error> {
        let monitor = Arc::clone(server.monitor());
        let pool = pool::pool(server, options)?;
        drop(pool::take(&pool).await?);
        let tidy = Tidy::start(&pool)?;
        let mut backend = Self::new(Kind::Pool(pool), host, monitor);
        backend._tidy = tidy;
        Ok(backend)
    }

    /// One connection for all callers, who wait for each other for at most `wait`; `reconnect` makes another where it ends.
    #[cfg_attr(
        not(any(feature = "embedded", test)),
        expect(dead_code, reason = "only embedded databases share one")
    )]
    pub(crate) fn only(connection: Connection, wait: Duration, reconnect: Reconnect, host: Host) -> Self {
        let monitor = Arc::clone(connection.monitor());
        Self::new(Kind::Only(Gate::new(connection, wait, reconnect)), host, monitor)
    }

    /// What is known of its calls.
    pub(crate) fn monitor(&self) -> &Arc<Monitor> {
        &self.monitor
    }

    /// A connection for one statement or transaction.
    pub(super) async fn lease(&self) -> Result<Lease, Error> {
        self.check_open()?;
        let _queued = self.monitor.queued.mark();
        Ok(match &self.kind {
            Kind::Pool(pool) => pool::take(pool).await?.into(),
            Kind::Only(gate) => {
                let held = gate.take().await?;
                // Those who waited while it was closed do not begin any more.
                self.check_open()?;
                held.into()
            }
        })
    }

    /// Whether each call can have a connection of its own.
    pub(super) fn has_pool(&self) -> bool {
        matches!(self.kind, Kind::Pool(_))
    }

    /// The error of a call whose time was over after it had waited for so long.
    pub(super) fn busy(&self, waited: Duration) -> Error {
        match &self.kind {
            Kind::Pool(pool) => pool::busy(pool, waited),
            Kind::Only(gate) => gate.busy(waited),
        }
    }

    /// The state of the pool, where there is one.
    pub(crate) fn pool_state(&self) -> Option<PoolState> {
        let Kind::Pool(pool) = &self.kind else { return None };
        let status = pool.status();
        Some(PoolState {
            size: status.size,
            max_size: status.max_size,
            available: status.available,
            waiting: status.waiting,
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

    /// The state of the engine, where there is one.
    #[cfg(feature = "embedded")]
    pub(crate) fn engine_state(&self) -> Option<crate::client::EngineState> {
        match &*self.host.lock().unwrap_or_else(PoisonError::into_inner) {
            Host::Embedded(embedded) => Some(embedded.state()),
            _ => None,
        }
    }

    /// A connection beside those for statements; `on_message` takes what PostgreSQL sends on its own.
    pub(super) async fn further(&self, on_message: OnMessage) -> Result<Connection, Error> {
        self.check_open()?;
        match &self.kind {
            Kind::Pool(pool) => Connector::server(pool).connect_with(on_message).await,
            #[cfg(feature = "embedded")]
            Kind::Only(_) => self.sessions()?.connect_with(Arc::clone(&self.monitor), on_message).await,
            #[cfg(not(feature = "embedded"))]
            Kind::Only(_) => Err(pool::closed()),
        }
    }

    /// Does what may have to wait for the turns of others, for as long as callers wait for a connection.
    pub(super) async fn patient<T>(
        &self,
        work: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        let Kind::Only(gate) = &self.kind else { return work.await };
        let waited = tokio::time::timeout(gate.wait(), work).await;
        waited.unwrap_or_else(|_| Err(gate.busy(gate.wait())))
    }

    /// Comes when it is closed, or its last handle goes.
    pub(super) fn ending(&self) -> WaitForCancellationFutureOwned {
        self.ending.clone().cancelled_owned()
    }

    /// Names the end of a statement that the end of the database cancelled.
    pub(super) fn name<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        let closed = self.closed.load(Ordering::Acquire);
        result.map_err(|error| match error.code() {
            Some(code)
                if closed && *code == SqlState::QUERY_CANCELED && error.kind() == ErrorKind::Database =>
            {
                let message = "the database handle was closed, and this statement with it";
                Error::new(ErrorKind::Closed, message).with_source_of(error)
            }
            _ => error,
        })
    }

    /// Ends it: what comes is refused. What runs on an embedded database is cancelled, on a server it may finish.
    pub(crate) async fn close(&self) -> Result<(), Error> {
        self.closed.store(true, Ordering::Release);
        self.ending.cancel();
        #[cfg(feature = "embedded")]
        if let Host::Embedded(embedded) = &*self.host.lock().unwrap_or_else(PoisonError::into_inner) {
            embedded.cancel_all();
        }
        match &self.kind {
            Kind::Pool(pool) => pool.close(),
            Kind::Only(gate) => gate.close().await?,
        }
        let host =
            std::mem::replace(&mut *self.host.lock().unwrap_or_else(PoisonError::into_inner), Host::Caller);
        match host {
            Host::Caller | Host::Worker(_) => {}
            #[cfg(feature = "embedded")]
            Host::Embedded(embedded) => embedded.close().await?,
        }
        self.monitor.events.close();
        Ok(())
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::Acquire) { Err(pool::closed()) } else { Ok(()) }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.ending.cancel();
        self.monitor.events.close();
    }
}
