use std::convert::Infallible;
use std::future::{Future, ready};
use std::ops::Deref;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts,
};

use super::connection::Connection;
use super::server::Server;
use crate::client::Gauge;
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
    /// Callers that wait for the server to answer.
    connecting: Gauge,
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

/// A place in a pool: whoever has it makes its connection where there is none, and asks one in doubt whether it answers. So
/// the pool itself never waits for a server, and a call has no room for what it would wait by.
pub(crate) struct Slot {
    connection: Option<Connection>,
    connected: Instant,
    in_doubt: bool,
}

impl Slot {
    fn empty() -> Self {
        Self { connection: None, connected: Instant::now(), in_doubt: false }
    }

    /// Puts a new connection into the place of the one that was there, if there was one.
    fn fill(&mut self, connection: Connection) {
        *self = Self { connection: Some(connection), ..Self::empty() };
    }

    /// How long it was not used.
    fn idle(&self, metrics: &Metrics, now: Instant) -> Duration {
        let used = metrics.recycled.map_or(self.connected, |recycled| recycled.max(self.connected));
        now.saturating_duration_since(used)
    }

    /// Why its connection is not used any more, where that is so.
    fn over(&self, options: PoolOptions, idle: Duration, now: Instant) -> Option<&'static str> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            Some("the connection is closed")
        } else if options
            .max_lifetime
            .is_some_and(|most| now.saturating_duration_since(self.connected) >= most)
        {
            Some("the connection is older than `max_lifetime`")
        } else if options.idle_timeout.is_some_and(|most| idle >= most) {
            Some("the connection was not used for `idle_timeout`")
        } else {
            None
        }
    }

    /// Whether there is a connection that may be used.
    fn is_ready(&self) -> bool {
        self.connection.is_some() && !self.in_doubt
    }
}

impl Deref for Slot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("`take` gives none without a connection")
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

    /// Whether a connection that was not used for so long is to be asked whether it answers.
    fn is_in_doubt(&self, idle: Duration, now: Instant) -> bool {
        let suspicion = *self.suspicion.lock().unwrap_or_else(PoisonError::into_inner);
        idle >= SILENCE || suspicion.is_some_and(|since| now.saturating_duration_since(since) <= idle)
    }
}

impl Manager for Connector {
    /// Behind a pointer, for it is moved with every call.
    type Type = Box<Slot>;
    type Error = Infallible;

    fn create(&self) -> impl Future<Output = Result<Box<Slot>, Infallible>> + Send {
        ready(Ok(Box::new(Slot::empty())))
    }

    fn recycle(
        &self,
        slot: &mut Box<Slot>,
        metrics: &Metrics,
    ) -> impl Future<Output = RecycleResult<Infallible>> + Send {
        let now = Instant::now();
        let idle = slot.idle(metrics, now);
        if let Some(why) = slot.over(self.options, idle, now) {
            return ready(Err(RecycleError::message(why)));
        }
        slot.in_doubt |= self.is_in_doubt(idle, now);
        ready(Ok(()))
    }
}

/// A pool without connections yet.
pub(super) fn pool(server: Server, options: PoolOptions) -> Result<Connections, Error> {
    Pool::builder(Connector { server, options, suspicion: Mutex::default(), connecting: Gauge::default() })
        .max_size(options.connections)
        .wait_timeout(Some(options.wait))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| Error::new(ErrorKind::Options, error.to_string()))
}

/// How often [`tidy`] is worth its while; never where connections are not over with time.
pub(super) fn pause(pool: &Connections) -> Option<Duration> {
    let PoolOptions { max_lifetime, idle_timeout, .. } = pool.manager().options;
    let shortest = max_lifetime.into_iter().chain(idle_timeout).min()?;
    let [most_often, least_often] = LOOKS;
    Some((shortest / 2).clamp(most_often, least_often))
}

/// Closes connections that are over.
pub(super) fn tidy(pool: &Connections) {
    let (options, now) = (pool.manager().options, Instant::now());
    drop(pool.retain(|slot, metrics| slot.over(options, slot.idle(&metrics, now), now).is_none()));
}

/// Takes a connection.
pub(super) async fn take(pool: &Connections) -> Result<Pooled, Error> {
    let taken = match at_once(pool) {
        Some(taken) => taken,
        None => Box::pin(pool.get()).await,
    };
    let slot = taken.map_err(|error| match error {
        PoolError::Backend(never) => match never {},
        PoolError::Timeout(TimeoutType::Wait) => busy(pool, pool.timeouts().wait.unwrap_or_default()),
        PoolError::Closed => closed(),
        other => Error::new(ErrorKind::Connect, other.to_string()),
    })?;
    // Behind a pointer, or every call's future would have room for a handshake.
    if slot.is_ready() { Ok(slot) } else { Box::pin(connected(pool, slot)).await }
}

/// Takes a place without waiting for one: nothing in the pool waits, so that the first poll has the answer, and the future can
/// stay on the stack.
fn at_once(pool: &Connections) -> Option<Result<Pooled, PoolError<Infallible>>> {
    let no_wait = Timeouts { wait: Some(Duration::ZERO), ..pool.timeouts() };
    match pin!(pool.timeout_get(&no_wait)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending | Poll::Ready(Err(PoolError::Timeout(TimeoutType::Wait))) => None,
        Poll::Ready(taken) => Some(taken),
    }
}

/// Sees that a place has a connection that answers.
async fn connected(pool: &Connections, slot: Pooled) -> Result<Pooled, Error> {
    let server = Connector::server(pool);
    let _connecting = pool.manager().connecting.mark();
    let mut unfit = Unfit(Some(slot));
    let slot = unfit.0.as_mut().expect("nothing has taken it yet");
    if slot.connection.is_some() {
        let answered = tokio::time::timeout(server.timeout(), slot.ping()).await;
        slot.in_doubt = !answered.is_ok_and(|answer| answer.is_ok());
    }
    if !slot.is_ready() {
        slot.fill(server.connect().await?);
    }
    Ok(unfit.0.take().expect("nothing has taken it yet"))
}

/// A place that is not fit for use: nobody gets it where it does not become so, or nobody waits for that.
struct Unfit(Option<Pooled>);

impl Drop for Unfit {
    fn drop(&mut self) {
        drop(self.0.take().map(Object::take));
    }
}

/// The error of a call that waited for so long.
pub(super) fn busy(pool: &Connections, wait: Duration) -> Error {
    let (size, connecting) = (pool.status().max_size, pool.manager().connecting.read());
    let why = match connecting {
        0 => format!(
            "all {size} connections were in use for the {wait:?} that this call waited: finish transactions sooner"
        ),
        _ => format!(
            "no connection was free for the {wait:?} that this call waited, and the server has not answered {connecting} of \
             at most {size} yet: see whether it is there"
        ),
    };
    let message = format!(
        "{why}, or raise `ConnectOptions::max_connections`, `busy_timeout`, or the call's own timeout"
    );
    Error::new(ErrorKind::Busy, message)
}

/// The error of every call after `close`.
pub(super) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the database handle was closed")
}
