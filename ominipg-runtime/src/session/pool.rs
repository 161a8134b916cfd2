use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts,
};

use super::connection::Connection;
use super::server::Server;
use crate::error::{Error, ErrorKind};

/// After so long without use, a connection is asked whether it still answers before a caller gets it: what lies between
/// may have forgotten it and told nobody.
const SILENCE: Duration = Duration::from_secs(30);

/// How often connections are looked for that are over, at most and at least.
const LOOKS: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(30)];

/// Makes connections for a pool.
pub(crate) struct Connector {
    server: Server,
    options: PoolOptions,
    /// When a connection was last found broken: those that are older than that may be too.
    suspicion: Mutex<Option<Instant>>,
}

/// How large a pool is, how long its callers wait, and how long its connections live.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolOptions {
    /// The most connections at a time.
    pub(crate) connections: usize,
    /// How long a caller waits for a free one.
    pub(crate) wait: Duration,
    /// After how long a connection is replaced.
    pub(crate) max_lifetime: Option<Duration>,
    /// After how long without use a connection is closed.
    pub(crate) idle_timeout: Option<Duration>,
}

impl PoolOptions {
    /// Why a connection is not used any more, where that is so.
    fn is_over(&self, metrics: &Metrics, now: Instant) -> Option<&'static str> {
        let since = |time: Instant| now.saturating_duration_since(time);
        if self.max_lifetime.is_some_and(|most| since(metrics.created) >= most) {
            Some("the connection is older than `max_lifetime`")
        } else if self.idle_timeout.is_some_and(|most| since(last_used(metrics)) >= most) {
            Some("the connection was not used for `idle_timeout`")
        } else {
            None
        }
    }
}

/// A pool of connections to one server.
pub(super) type Connections = Pool<Connector>;

/// A connection taken from a pool.
pub(super) type Pooled = Object<Connector>;

impl Connector {
    /// The server that a pool's connections go to.
    pub(super) fn server(pool: &Connections) -> &Server {
        &pool.manager().server
    }

    /// Notes that a connection was found broken.
    pub(super) fn suspect(pool: &Connections) {
        let suspicion = &pool.manager().suspicion;
        *suspicion.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection is to be asked whether it answers.
    fn is_in_doubt(&self, metrics: &Metrics, now: Instant) -> bool {
        let suspicion = *self.suspicion.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last_used(metrics);
        suspicion.is_some_and(|since| last <= since) || now.saturating_duration_since(last) >= SILENCE
    }
}

fn last_used(metrics: &Metrics) -> Instant {
    metrics.recycled.unwrap_or(metrics.created)
}

impl Manager for Connector {
    /// Behind a pointer, for it is moved with every call.
    type Type = Box<Connection>;
    type Error = Error;

    async fn create(&self) -> Result<Box<Connection>, Error> {
        // Behind a pointer, or every call's future would have room for a handshake.
        Box::pin(self.server.connect()).await.map(Box::new)
    }

    async fn recycle(&self, connection: &mut Box<Connection>, metrics: &Metrics) -> RecycleResult<Error> {
        if connection.is_closed() {
            return Err(RecycleError::message("the connection is closed"));
        }
        let now = Instant::now();
        if let Some(why) = self.options.is_over(metrics, now) {
            return Err(RecycleError::message(why));
        }
        if self.is_in_doubt(metrics, now) {
            let answered = tokio::time::timeout(self.server.timeout(), Box::pin(connection.ping())).await;
            if !answered.is_ok_and(|answer| answer.is_ok()) {
                return Err(RecycleError::message("the connection does not answer"));
            }
        }
        Ok(())
    }
}

/// A pool without connections yet.
pub(super) fn pool(server: Server, options: PoolOptions) -> Result<Connections, Error> {
    Pool::builder(Connector { server, options, suspicion: Mutex::default() })
        .max_size(options.connections)
        .wait_timeout(Some(options.wait))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::new(ErrorKind::Options, error.to_string()))
}

/// Closes connections that are over, also where nobody asks for one, until it is dropped.
pub(super) async fn tidy(pool: Connections) {
    let options = pool.manager().options;
    let Some(shortest) = options.max_lifetime.into_iter().chain(options.idle_timeout).min() else { return };
    let [most_often, least_often] = LOOKS;
    loop {
        tokio::time::sleep((shortest / 2).clamp(most_often, least_often)).await;
        let now = Instant::now();
        drop(pool.retain(|connection, metrics| {
            !connection.is_closed() && options.is_over(&metrics, now).is_none()
        }));
    }
}

/// Takes a connection.
pub(super) async fn take(pool: &Connections) -> Result<Pooled, Error> {
    // One that is free costs no timer.
    let at_once = Timeouts { wait: Some(Duration::ZERO), ..pool.timeouts() };
    let taken = match pool.timeout_get(&at_once).await {
        Err(PoolError::Timeout(TimeoutType::Wait)) => Box::pin(pool.get()).await,
        taken => taken,
    };
    taken.map_err(|error| match error {
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
