use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use crate::client::{CallKind, Limits, OpenCall};
use crate::error::{Error, ErrorKind};
use crate::session::backend::Backend;
use crate::session::call::Call;
use crate::session::connection::Connection;
use crate::session::lease::Lease;
use crate::session::target::Running;
use crate::session::transaction::Transaction;
use crate::session::wire::Place;

/// A statement under way that outlives the call that began it: it holds its connection until its end.
pub(crate) struct Exchange<'a> {
    seat: Seat<'a>,
    call: OpenCall,
    backend: Arc<Backend>,
    limits: Limits,
    deadline: Option<Instant>,
    /// Among those that wait on the connection.
    place: Place,
    /// The text of the statement, for its errors.
    sql: Box<str>,
    /// When it began, where somebody wants to know.
    started: Option<Instant>,
    /// Comes when a limit is reached.
    reached: Option<Pin<Box<dyn Future<Output = Error> + Send + Sync>>>,
}

/// Where it runs.
enum Seat<'a> {
    /// On a connection of its own.
    Leased(Box<Lease>),
    /// In a transaction, which has no other statement meanwhile.
    Transaction(&'a Transaction),
    /// It has ended.
    Left,
}

impl Exchange<'static> {
    /// Takes a connection of a database.
    pub(crate) fn of_database<'b>(
        backend: &'b Arc<Backend>,
        limits: &'b Limits,
        kind: CallKind,
    ) -> Running<'b, Self> {
        let call = Call::new(limits);
        let mut exchange = Self::new(backend, call, kind);
        Box::pin(async move {
            let lease = exchange.bound(pin!(call.lease(backend))).await;
            exchange.seat = Seat::Leased(Box::new(exchange.begun(lease)?));
            exchange.limit();
            Ok(exchange)
        })
    }
}

impl<'a> Exchange<'a> {
    /// Takes a transaction for itself.
    pub(crate) fn of_transaction(transaction: &'a Transaction, kind: CallKind) -> Result<Self, Error> {
        let mut exchange = Self::new(transaction.backend(), Call::new(transaction.limits()), kind);
        exchange.begun(transaction.begin_exchange())?;
        exchange.seat = Seat::Transaction(transaction);
        exchange.limit();
        Ok(exchange)
    }

    fn new(backend: &Arc<Backend>, call: Call<'_>, kind: CallKind) -> Self {
        Self {
            seat: Seat::Left,
            call: OpenCall::begin(backend.monitor(), kind, call.deadline()),
            backend: Arc::clone(backend),
            limits: call.limits().clone(),
            deadline: call.deadline(),
            place: Place::default(),
            sql: Box::default(),
            started: None,
            reached: None,
        }
    }

    /// Makes it a part of another call, which may end it too.
    pub(in crate::session) fn within(mut self, call: Call<'_>) -> Self {
        self.deadline = self.deadline.into_iter().chain(call.deadline()).min();
        self.limit();
        self
    }

    /// Lets the limits end it.
    fn limit(&mut self) {
        if let Ok(connection) = self.connection() {
            connection.set_stop(self.limits.stop(self.deadline));
        }
        let reached = self.limits.reached(self.deadline);
        self.reached = reached.map(|reached| Box::pin(reached) as Pin<Box<_>>);
    }

    /// Notes the statement that runs in it.
    pub(super) fn runs(&mut self, sql: &str) {
        self.sql = sql.into();
        self.started = self.backend.monitor().log.start();
    }

    /// Whether it is in no transaction, where a statement that failed may be sent a second time.
    pub(super) fn is_alone(&self) -> bool {
        matches!(self.seat, Seat::Leased(_))
    }

    /// The connection, until the end.
    pub(super) fn connection(&self) -> Result<&Connection, Error> {
        match &self.seat {
            Seat::Leased(lease) => Ok(lease),
            Seat::Transaction(transaction) => transaction.connection(),
            Seat::Left => Err(Error::new(ErrorKind::Closed, "the stream or COPY has ended")),
        }
    }

    /// Does some work within the limits.
    pub(super) async fn bound<T>(
        &self,
        work: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        self.backend.name(self.limits.bound(self.deadline, work).await)
    }

    /// Notes whether the statement began; where it did not, this is the end.
    pub(super) fn begun<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.end(Err(error));
        }
        result
    }

    /// Asks for the next step of the statement; after an error, [`end`](Self::end) is to follow.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        step: impl FnMut(&mut Context<'_>) -> Poll<Result<T, tokio_postgres::Error>>,
    ) -> Poll<Result<T, Error>> {
        if let Some(reached) = &mut self.reached {
            // A timer says nothing in a task that never makes way, as one that always finds data.
            if let Some(error) = self.limits.over(self.deadline) {
                return Poll::Ready(Err(error));
            }
            if let Poll::Ready(error) = reached.as_mut().poll(cx) {
                return Poll::Ready(Err(error));
            }
        }
        let mut place = std::mem::take(&mut self.place);
        let polled = self.connection()?.poll(&mut place, cx, step);
        self.place = place;
        let connection = self.connection()?;
        polled.map_err(|error| {
            connection.finish();
            let error = connection.explain(Error::from(error).in_statement(&self.sql));
            let named = self.backend.name::<()>(Err(self.limits.name(error, self.deadline)));
            named.expect_err("an error stays one, whatever its name")
        })
    }

    /// Moves what bytes can be moved now.
    pub(super) fn pump(&self) {
        if let Ok(connection) = self.connection() {
            connection.pump();
        }
    }

    /// Notes that the statement has ended well.
    pub(super) fn finish(&mut self) {
        if let Ok(connection) = self.connection() {
            connection.finish();
        }
        // What is left of the answer lets other sessions have their turns.
        self.pump();
        self.end(Ok(()));
    }

    /// Gives the connection back; what is still under way on it is stopped.
    pub(super) fn end(&mut self, result: Result<(), &Error>) {
        self.leave(result.err().map(Error::kind));
        self.tell(Some(result));
        self.call.answer(result);
    }

    /// Gives the connection back after a statement that its caller let fail; `waits` says that it is still to be stopped.
    pub(super) fn abort(&mut self, waits: bool) {
        self.pump();
        if let Ok(connection) = self.connection() {
            connection.give_up_copy();
            if !waits {
                connection.finish();
            }
        }
        self.leave(Some(ErrorKind::Database));
    }

    /// Tells how it ended, once.
    fn tell(&mut self, end: Option<Result<(), &Error>>) {
        if let Some(started) = self.started.take() {
            let end = end.map(|result| result.map(|()| None));
            self.backend.monitor().log.tell(&self.sql, None, started, end);
        }
    }

    fn leave(&mut self, failed: Option<ErrorKind>) {
        self.reached = None;
        match std::mem::replace(&mut self.seat, Seat::Left) {
            Seat::Leased(lease) => lease.set_stop(None),
            Seat::Transaction(transaction) => transaction.end_exchange(failed),
            Seat::Left => {}
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        self.leave(None);
        self.tell(None);
    }
}
