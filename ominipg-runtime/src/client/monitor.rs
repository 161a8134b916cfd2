use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Event;
use super::StatementLog;
use super::events::Broadcaster;
use super::requests::{CallKind, Outcome, Request, Requests};
use crate::error::Error;

/// What is known of a database's calls and connections.
pub(crate) struct Monitor {
    pub(crate) requests: Requests,
    pub(crate) events: Broadcaster,
    /// What is told of its statements.
    pub(crate) log: StatementLog,
    /// Calls that wait for a connection.
    pub(crate) queued: Gauge,
    /// Transactions that are open.
    pub(crate) transactions: Gauge,
    hits: AtomicU64,
    misses: AtomicU64,
    /// PostgreSQL's version, as the first connection told it.
    version: OnceLock<String>,
    started: Instant,
}

impl Monitor {
    pub(crate) fn new(log: StatementLog) -> Self {
        #[cfg(feature = "metrics")]
        super::statement_metrics::describe();
        Self {
            log,
            requests: Requests::default(),
            events: Broadcaster::new(),
            queued: Gauge::default(),
            transactions: Gauge::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            version: OnceLock::new(),
            started: Instant::now(),
        }
    }

    /// Does the work of a call, which stands among those that wait until it is answered.
    pub(crate) async fn call<T>(
        &self,
        kind: CallKind,
        work: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        let call = self.begin(kind, None);
        let result = work.await;
        call.answer(&result);
        result
    }

    /// Notes a call that begins now, and stands among those that wait until it is answered.
    pub(crate) fn begin(&self, kind: CallKind, deadline: Option<Instant>) -> Begun<'_> {
        Begun { monitor: self, kind, request: self.requests.begin(kind, deadline) }
    }

    /// Notes whether a statement was prepared already.
    pub(crate) fn prepared(&self, hit: bool) {
        let counter = if hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How many statements were prepared already, and how many were not.
    pub(crate) fn statement_cache(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// Notes the version that a connection told.
    pub(crate) fn connected_to(&self, version: Option<&str>) {
        if let Some(version) = version {
            // Every connection of a database tells the same, and the first is enough.
            let _ = self.version.set(version.to_owned());
        }
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.version.get().map(String::as_str)
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A call that is not answered yet.
#[must_use]
pub(crate) struct Begun<'a> {
    monitor: &'a Monitor,
    kind: CallKind,
    request: Request<'a>,
}

impl Begun<'_> {
    /// Notes how it was answered.
    pub(crate) fn answer<T>(self, result: &Result<T, Error>) {
        self.request.answer(Outcome::of(result));
        if let Err(error) = result {
            self.monitor.events.send_with(|| Event::error(self.kind, error));
        }
    }
}

/// Counts what there is now.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicUsize);

impl Gauge {
    /// One more, until the mark is dropped.
    pub(crate) fn mark(&self) -> Mark<'_> {
        self.raise();
        Mark(self)
    }

    pub(crate) fn raise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lower(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of what a gauge counts.
pub(crate) struct Mark<'a>(&'a Gauge);

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.lower();
    }
}
