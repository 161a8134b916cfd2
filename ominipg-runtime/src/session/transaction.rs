use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_util::sync::CancellationToken;

use super::backend::Backend;
use super::call::Call;
use super::connection::Connection;
use super::executor::Session;
use super::lease::Lease;
use super::listening::{NOTIFY, channel};
use super::streams::{CopyIn, CopyOut, Exchange, RowStream};
use crate::client::{CallKind, Limits};
use crate::error::{Error, ErrorKind};
use crate::param::Params;

/// An open transaction; dropped without [`commit`](Self::commit), it is rolled back.
///
/// It has a connection to itself. On an embedded database, which has only one, other calls wait until it ends.
///
/// Its statements have the limits of the handle that began it, or those of [`with_timeout`](Self::with_timeout) and
/// [`with_cancel`](Self::with_cancel). A statement that was cancelled, or whose caller stopped waiting, leaves it to be
/// rolled back: everything else is refused then.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    /// `None` once it has ended.
    lease: Option<Lease>,
    backend: Arc<Backend>,
    limits: Limits,
    /// Whether a statement failed, after which PostgreSQL may refuse all others.
    failed: AtomicBool,
    /// Whether a statement was given up before its end.
    given_up: AtomicBool,
    /// Whether a stream or a COPY is under way, behind which no other statement could be answered.
    in_exchange: AtomicBool,
}

impl Transaction {
    pub(crate) async fn begin(backend: &Arc<Backend>, limits: &Limits) -> Result<Self, Error> {
        Self::begin_in(backend, Call::new(limits)).await
    }

    pub(super) async fn begin_in(backend: &Arc<Backend>, call: Call<'_>) -> Result<Self, Error> {
        let begin = pin!(async {
            // The guard is there before BEGIN is sent, so that a caller who stops waiting leaves nothing open.
            let transaction = Self::on(call.lease(backend).await?, backend, call.limits());
            let connection = transaction.connection()?;
            call.on(connection, connection.batch("BEGIN")).await?;
            Ok(transaction)
        });
        call.run(backend, CallKind::Begin, begin).await
    }

    fn on(lease: Lease, backend: &Arc<Backend>, limits: &Limits) -> Self {
        backend.monitor().transactions.raise();
        Self {
            lease: Some(lease),
            backend: Arc::clone(backend),
            limits: limits.clone(),
            failed: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            in_exchange: AtomicBool::new(false),
        }
    }

    /// Gives each further call of this transaction so long, in place of the limit that it began with.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
        self
    }

    /// Lets `token` cancel the further calls of this transaction, in place of the token that it began with.
    pub fn with_cancel(mut self, token: CancellationToken) -> Self {
        self.limits.cancel = Some(token);
        self
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn backend(&self) -> &Arc<Backend> {
        &self.backend
    }

    pub(super) fn connection(&self) -> Result<&Connection, Error> {
        self.lease.as_deref().ok_or_else(|| Error::new(ErrorKind::Closed, "the transaction has ended"))
    }

    /// Its connection, unless it can only be rolled back.
    pub(super) fn usable(&self) -> Result<&Connection, Error> {
        if self.given_up.load(Ordering::Acquire) {
            let message = "a statement of this transaction was cancelled, or its caller stopped waiting: roll the \
                           transaction back, and begin another";
            return Err(Error::new(ErrorKind::Transaction, message));
        }
        if self.in_exchange.load(Ordering::Acquire) {
            let message = "a stream or a COPY of this transaction is under way: read it to its end, finish it or drop it \
                           first; to run statements between the rows, use `DECLARE … CURSOR` and `FETCH`";
            return Err(Error::new(ErrorKind::Busy, message));
        }
        self.connection()
    }

    /// Begins what keeps other statements out until [`end_exchange`](Self::end_exchange).
    pub(super) fn begin_exchange(&self) -> Result<(), Error> {
        self.usable()?;
        match self.in_exchange.swap(true, Ordering::AcqRel) {
            false => Ok(()),
            true => self.usable().map(drop),
        }
    }

    /// Ends what kept other statements out; what of it is still under way is stopped.
    pub(super) fn end_exchange(&self, failed: Option<ErrorKind>) {
        let Some(lease) = &self.lease else { return };
        lease.set_stop(None);
        if failed.is_some() {
            self.failed.store(true, Ordering::Relaxed);
        }
        let limited = matches!(failed, Some(ErrorKind::Timeout | ErrorKind::Cancelled));
        if limited || lease.is_abandoned() || lease.is_closed() {
            self.given_up.store(true, Ordering::Release);
            lease.stop();
        }
        self.in_exchange.store(false, Ordering::Release);
    }

    /// Notes whether a limit ended a call: whichever part of it was done, the transaction is only to be rolled back.
    pub(super) fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(ErrorKind::Timeout | ErrorKind::Cancelled) = result.as_ref().map_err(Error::kind) {
            self.given_up.store(true, Ordering::Release);
        }
        result
    }

    /// Waits for a statement, and notes whether it failed or was given up.
    pub(super) async fn watch<T>(
        &self,
        statement: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut under_way = UnderWay(Some(self));
        let result = statement.await;
        under_way.0 = None;
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it; the transaction can then only be rolled back.
    pub async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        Session::transaction(self).check(sql)?.query(sql, Params::Inferred(params)).await
    }

    /// Runs a statement that returns exactly one row.
    ///
    /// # Errors
    ///
    /// Where there is no row, or more than one, or PostgreSQL refuses it.
    pub async fn query_one(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Error> {
        crate::client::one(self.query(sql, params).await?)
    }

    /// Runs a statement that returns at most one row.
    ///
    /// # Errors
    ///
    /// Where there is more than one row, or PostgreSQL refuses it.
    pub async fn query_opt(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Error> {
        crate::client::at_most_one(self.query(sql, params).await?)
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it; the transaction can then only be rolled back.
    pub async fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, Error> {
        Session::transaction(self).check(sql)?.execute(sql, Params::Inferred(params)).await
    }

    /// Runs a statement whose rows are read one by one; see [`Ominipg::query_stream`](crate::Ominipg::query_stream).
    ///
    /// Until the stream ends, the transaction takes no other statement; to run some between the rows, use `DECLARE … CURSOR`
    /// and `FETCH`. A stream that is dropped before its end leaves the transaction to be rolled back.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query); what happens later is an item of the stream.
    pub async fn query_stream(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<RowStream<'_>, Error> {
        Session::transaction(self).check(sql)?.stream(sql, Params::Inferred(params)).await
    }

    /// Begins a `COPY … FROM STDIN`; see [`Ominipg::copy_in`](crate::Ominipg::copy_in).
    ///
    /// Until it ends, the transaction takes no other statement.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it; the transaction can then only be rolled back.
    pub async fn copy_in(&self, sql: &str) -> Result<CopyIn<'_>, Error> {
        CopyIn::begin(Exchange::of_transaction(self, CallKind::CopyIn)?, sql).await
    }

    /// Begins a `COPY … TO STDOUT`; see [`Ominipg::copy_out`](crate::Ominipg::copy_out).
    ///
    /// Until it ends, the transaction takes no other statement. Dropped before its end, it leaves the transaction to be
    /// rolled back.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it; the transaction can then only be rolled back.
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOut<'_>, Error> {
        CopyOut::begin(Exchange::of_transaction(self, CallKind::CopyOut)?, sql).await
    }

    /// Notifies who listens to a channel, when the transaction is committed; see
    /// [`Ominipg::notify`](crate::Ominipg::notify).
    ///
    /// # Errors
    ///
    /// Where the channel's name or the payload is too long.
    pub async fn notify(&self, channel: &str, payload: &str) -> Result<(), Error> {
        channel::check(channel)?;
        self.execute(NOTIFY, &[&channel, &payload]).await.map(drop)
    }

    /// Runs statements that take no parameters, separated by semicolons.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses one; the transaction can then only be rolled back.
    pub async fn batch_execute(&self, sql: &str) -> Result<(), Error> {
        Session::transaction(self).check(sql)?.batch(sql).await
    }

    /// Makes the changes permanent.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses, or a statement failed before: then all is rolled back. Where its time is over or its token
    /// is cancelled while it is under way, the changes may have been made.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.run_commit().await?;
        // Nothing is left to roll back.
        self.lease = None;
        Ok(())
    }

    async fn run_commit(&self) -> Result<(), Error> {
        let call = Call::new(&self.limits);
        let commit = pin!(call.on(self.usable()?, self.try_commit()));
        call.run(&self.backend, CallKind::Commit, commit).await
    }

    async fn try_commit(&self) -> Result<(), Error> {
        let connection = self.usable()?;
        // PostgreSQL answers COMMIT with success even where it rolls back. A savepoint may have mended the
        // failure, so PostgreSQL is asked.
        if self.failed.load(Ordering::Relaxed)
            && let Err(error) = connection.batch("SELECT").await
        {
            if error.code() != Some(&SqlState::IN_FAILED_SQL_TRANSACTION) {
                return Err(error);
            }
            return Err(
                error.context("the transaction was rolled back, because a statement in it had failed")
            );
        }
        connection.batch("COMMIT").await
    }

    /// Takes the changes back. A cancelled token does not keep it from that.
    ///
    /// # Errors
    ///
    /// Where the connection breaks, which takes the changes back too.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.run_rollback().await?;
        self.lease = None;
        Ok(())
    }

    async fn run_rollback(&mut self) -> Result<(), Error> {
        let limits = Limits { cancel: None, ..self.limits.clone() };
        let call = Call::new(&limits);
        let given_up = self.given_up.load(Ordering::Acquire);
        let backend = Arc::clone(&self.backend);
        let rollback = pin!(async {
            if let Some(lease) = self.lease.take_if(|_| given_up) {
                lease.roll_back().await;
                return Ok(());
            }
            let connection = self.connection()?;
            call.on(connection, connection.batch("ROLLBACK")).await
        });
        call.run(&backend, CallKind::Rollback, rollback).await
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.backend.monitor().transactions.lower();
        if let Some(lease) = &self.lease {
            lease.end_transaction();
        }
    }
}

/// A statement whose end nobody has seen yet; dropped, it is given up and stopped.
struct UnderWay<'a>(Option<&'a Transaction>);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(transaction) = self.0 {
            transaction.given_up.store(true, Ordering::Release);
            if let Some(lease) = &transaction.lease {
                lease.stop();
            }
        }
    }
}
