use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
#[cfg(feature = "embedded")]
use tokio_postgres::types::Type;
use tokio_util::sync::CancellationToken;

use super::backend::Backend;
use super::call::Call;
use super::connection::Connection;
use super::lease::Lease;
use super::listening::{NOTIFY, channel};
use super::savepoint::{Savepoint, undo};
use super::streams::{CopyIn, CopyOut, Exchange, RowStream};
use super::target::{Running, Session};
use super::transaction_options::TransactionOptions;
use crate::client::{CallKind, Limits, Watched};
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
    /// Whether PostgreSQL refused a statement for the sake of another transaction.
    refused: AtomicBool,
    /// The outermost savepoint that was dropped and not rolled back to yet; none is 0.
    left: AtomicUsize,
}

impl Transaction {
    pub(crate) async fn begin(backend: &Arc<Backend>, limits: &Limits) -> Result<Self, Error> {
        Self::begin_in(backend, Call::new(limits)).await
    }

    /// Begins one with options.
    pub(crate) async fn begin_with(
        backend: &Arc<Backend>,
        limits: &Limits,
        options: TransactionOptions,
    ) -> Result<Self, Error> {
        Self::begin_by(backend, Call::new(limits), &options.begin()).await
    }

    /// Begins one with statements of the runtime's own making, the first of which is `BEGIN`.
    #[cfg(feature = "embedded")]
    pub(crate) async fn begin_as(backend: &Arc<Backend>, limits: &Limits, sql: &str) -> Result<Self, Error> {
        Self::begin_by(backend, Call::new(limits), sql).await
    }

    pub(super) async fn begin_in(backend: &Arc<Backend>, call: Call<'_>) -> Result<Self, Error> {
        Self::begin_by(backend, call, "BEGIN").await
    }

    async fn begin_by(backend: &Arc<Backend>, call: Call<'_>, sql: &str) -> Result<Self, Error> {
        let mut begin: Running<'_, Self> = Box::pin(async {
            // The guard is there before BEGIN is sent, so that a caller who stops waiting leaves nothing open.
            let transaction = Self::on(call.lease(backend).await?, backend, call.limits());
            let connection = transaction.connection()?;
            call.on(connection, pin!(connection.batch(sql))).await?;
            Ok(transaction)
        });
        let watched = backend.monitor().log.watch(sql, Params::Inferred(&[]));
        let result = call.run(backend, CallKind::Begin, begin.as_mut()).await;
        told(watched, result)
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
            refused: AtomicBool::new(false),
            left: AtomicUsize::new(0),
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
        statement: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        let mut under_way = UnderWay(Some(self));
        let result = statement.await;
        under_way.0 = None;
        if let Err(error) = &result {
            self.failed.store(true, Ordering::Relaxed);
            if error.is_retryable() {
                self.refused.store(true, Ordering::Relaxed);
            }
        }
        result
    }

    /// Whether PostgreSQL refused a statement for the sake of another transaction, so that all may go well a second time.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// Runs statements of the runtime's own making.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Error> {
        Session::transaction(self).batch(sql).await
    }

    /// Notes a savepoint that is to be rolled back to before anything else runs.
    pub(super) fn leave_savepoint(&self, depth: usize) {
        let outermost = |left| Some(if left == 0 { depth } else { depth.min(left) });
        // Never an error, for there is always a new value.
        let _ = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, outermost);
    }

    /// Rolls back to the savepoint that was dropped, where one was.
    pub(super) async fn settle(&self) -> Result<(), Error> {
        match self.left.load(Ordering::Acquire) {
            0 => Ok(()),
            _ => self.run("").await,
        }
    }

    /// Its connection, for a statement that runs on it next; what it was left in is ended first.
    pub(super) async fn ready(&self, call: Call<'_>) -> Result<&Connection, Error> {
        let connection = self.usable()?;
        let left = self.left.swap(0, Ordering::AcqRel);
        if left != 0 {
            self.go_back(connection, call, left).await?;
        }
        Ok(connection)
    }

    fn go_back<'a>(&'a self, connection: &'a Connection, call: Call<'a>, depth: usize) -> Running<'a, ()> {
        Box::pin(async move {
            self.watch(pin!(call.on(connection, pin!(connection.batch(&undo(depth)))))).await?;
            // What was refused in the savepoint is undone; where that does not mend it, the next statement is refused too.
            self.refused.store(false, Ordering::Relaxed);
            Ok(())
        })
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
        self.settle().await?;
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
        self.settle().await?;
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

    /// The names and types of the columns that a statement of the runtime's own making gives.
    #[cfg(feature = "embedded")]
    pub(crate) async fn describe(&self, sql: &str) -> Result<Vec<(String, Type)>, Error> {
        let call = Call::new(&self.limits);
        let connection = self.ready(call).await?;
        self.watch(pin!(call.on(connection, pin!(connection.describe(sql))))).await
    }

    /// Begins a savepoint: what runs on it can be taken back alone. See [`Savepoint`].
    ///
    /// # Errors
    ///
    /// Where a statement of the transaction has failed before.
    pub async fn savepoint(&mut self) -> Result<Savepoint<'_>, Error> {
        Savepoint::begin(self, 1).await
    }

    /// Does some work in a savepoint, which is committed where `work` gives `Ok`, and rolled back where it gives `Err`.
    ///
    /// ```no_run
    /// # async fn try_it(tx: &mut ominipg_runtime::Transaction) -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::Error;
    ///
    /// let redeemed = tx.transact(async |sp| {
    ///     sp.execute("INSERT INTO coupons VALUES (1)", &[]).await?;
    ///     Ok::<_, Error>(())
    /// });
    /// if redeemed.await.is_err() {
    ///     tx.execute("INSERT INTO refused VALUES (1)", &[]).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `work`; and where the savepoint cannot begin or end, as of [`savepoint`](Self::savepoint).
    pub async fn transact<T, E: From<Error>>(
        &mut self,
        work: impl AsyncFnOnce(&mut Savepoint<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.savepoint().await?.enclose(work).await
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
        let mut commit: Running<'_, ()> =
            Box::pin(async { call.on(self.ready(call).await?, pin!(self.try_commit())).await });
        let watched = self.backend.monitor().log.watch("COMMIT", Params::Inferred(&[]));
        let result = call.run(&self.backend, CallKind::Commit, commit.as_mut()).await;
        told(watched, result)
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
        let mut rollback: Running<'_, ()> = Box::pin(async {
            if let Some(lease) = self.lease.take_if(|_| given_up) {
                lease.roll_back().await;
                return Ok(());
            }
            let connection = self.connection()?;
            call.on(connection, pin!(connection.batch("ROLLBACK"))).await
        });
        let watched = backend.monitor().log.watch("ROLLBACK", Params::Inferred(&[]));
        let result = call.run(&backend, CallKind::Rollback, rollback.as_mut()).await;
        told(watched, result)
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

/// Tells how a statement without rows ended.
fn told<T>(watched: Option<Box<Watched<'_>>>, result: Result<T, Error>) -> Result<T, Error> {
    if let Some(watched) = watched {
        watched.end(&result, |_| None);
    }
    result
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
