use std::pin::{Pin, pin};
use std::sync::Arc;
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
    /// The connection of all its statements; each takes one of its own where there is none.
    shared: Option<&'a Arc<Lease>>,
}

impl<'a> Call<'a> {
    /// A call that begins now.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, deadline: limits.deadline(), shared: None }
    }

    /// The same, as a part of another call.
    pub(super) fn within(self, other: Call<'_>) -> Self {
        let deadline = self.deadline.into_iter().chain(other.deadline).min();
        Self { deadline, ..self }
    }

    /// The same, with a connection for all of its statements, or with none.
    pub(super) fn on_shared<'b>(self, shared: Option<&'b Arc<Lease>>) -> Call<'b>
    where
        'a: 'b,
    {
        Call { shared, ..self }
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
        let request = backend.monitor().begin(kind, self.deadline);
        let result = backend.name(self.limits.bound(self.deadline, work).await);
        request.answer(&result);
        result
    }

    /// A connection for the call; where its time is over while it waits, it hears for what.
    pub(super) async fn lease(&self, backend: &Backend) -> Result<Lease, Error> {
        if let Some(shared) = self.shared {
            return Ok(shared.into());
        }
        match self.deadline {
            None => backend.lease().await,
            Some(deadline) => {
                Box::pin(async move {
                    let since = Instant::now();
                    // It is still there when the error is made, which tells what it waited for.
                    let mut lease = pin!(tokio::time::timeout_at(deadline.into(), backend.lease()));
                    lease.as_mut().await.unwrap_or_else(|_| Err(backend.busy(since.elapsed())))
                })
                .await
            }
        }
    }

    /// A connection for all statements of the call.
    pub(super) async fn share(&self, backend: &Backend) -> Result<Arc<Lease>, Error> {
        match self.shared {
            Some(shared) => Ok(Arc::clone(shared)),
            None => self.limits.bound(self.deadline, pin!(self.lease(backend))).await.map(Arc::new),
        }
    }

    /// Runs a statement on a connection, and lets the connection stop it too.
    pub(super) async fn on<T>(
        &self,
        connection: &Connection,
        statement: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        let _stopping = connection.stop_at(self.limits.stop(self.deadline));
        statement.await
    }
}
