use std::pin::Pin;
use std::time::Instant;

use super::backend::Backend;
use super::connection::Connection;
use super::lease::Lease;
use crate::client::{CallKind, Limits};
use crate::error::Error;

/// What a call does, behind a pointer: these futures would otherwise grow, layer by layer, over the compiler's recursion limit.
pub(super) type Work<'a, T> = Pin<&'a mut (dyn Future<Output = Result<T, Error>> + Send + 'a)>;

/// The limits of one call, and until when it may take.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    limits: &'a Limits,
    deadline: Option<Instant>,
}

impl<'a> Call<'a> {
    /// A call that begins now.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, deadline: limits.deadline() }
    }

    /// The same, as a part of another call.
    pub(super) fn within(self, other: Call<'_>) -> Self {
        let deadline = self.deadline.into_iter().chain(other.deadline).min();
        Self { deadline, ..self }
    }

    pub(super) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// Until when it may take.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Does the work of the call within its limits; the work itself is dropped by who calls this.
    pub(super) async fn run<T>(
        &self,
        backend: &Backend,
        kind: CallKind,
        work: Work<'_, T>,
    ) -> Result<T, Error> {
        let bound = async { backend.name(self.limits.bound(self.deadline, work).await) };
        backend.monitor().call(kind, self.deadline, bound).await
    }

    /// A connection for the call; where its time is over while it waits, it hears for what.
    pub(super) async fn lease(&self, backend: &Backend) -> Result<Lease, Error> {
        let Some(deadline) = self.deadline else { return backend.lease().await };
        let since = Instant::now();
        let lease = tokio::time::timeout_at(deadline.into(), backend.lease()).await;
        lease.unwrap_or_else(|_| Err(backend.busy(since.elapsed())))
    }

    /// Runs a statement on a connection, and lets the connection stop it too.
    pub(super) async fn on<T>(
        &self,
        connection: &Connection,
        statement: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let _stopping = connection.stop_at(self.limits.stop(self.deadline));
        statement.await
    }
}
