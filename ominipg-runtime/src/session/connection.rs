mod prepare;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use tokio_postgres::error::SqlState;
#[cfg(feature = "embedded")]
use tokio_postgres::types::Type;
use tokio_postgres::{CancelToken, Client, CopyInSink, CopyOutStream, RowStream, Statement};

use super::control;
use super::ended::Ended;
use super::line::Line;
use super::rows::Rows;
use super::server::ConnectionSettings;
use super::statements::Statements;
use super::wire::{Caller, Place, Wire};
use crate::client::{Monitor, Stop};
use crate::error::{Error, ErrorKind};
use crate::param::Params;

const NO_PARAMS: Params<'static> = Params::Inferred(&[]);

/// How many messages the driver sends at the end of a COPY, also of one that PostgreSQL refused to begin: that of the data,
/// and a second Sync. Then PostgreSQL answers once more than the driver expects, and every later answer would go to the
/// wrong caller (rust-postgres, pull request 1337).
const COPY_END: usize = 2;

/// A connection and the statements prepared on it.
pub(crate) struct Connection {
    client: Arc<Client>,
    mover: Mover,
    statements: Statements,
    /// How long the server was told to let a statement run.
    statement_timeout: Option<Duration>,
    /// Statements that were sent and whose end nobody saw: under way, or given up by their caller.
    unfinished: AtomicUsize,
    /// Whether these were cancelled.
    stopped: AtomicBool,
    /// Whether what it answers can no longer be told apart.
    broken: AtomicBool,
    /// Whether a COPY began a transaction that is still open.
    in_own_transaction: AtomicBool,
    /// Why it ended, once it has.
    ended: Ended,
    monitor: Arc<Monitor>,
}

/// Who moves the bytes of a connection.
enum Mover {
    /// A task of its own, elsewhere.
    Task,
    /// Those who wait for its answers, to and from a server.
    Wire(Arc<Wire>),
    /// Those who wait for its answers, to and from an embedded engine.
    #[cfg_attr(not(feature = "embedded"), expect(dead_code, reason = "only embedded engines have lines"))]
    Line(Line),
}

impl Connection {
    /// A connection whose bytes a task of its own moves.
    pub(crate) fn new(client: Client, ended: Ended, monitor: Arc<Monitor>) -> Self {
        Self {
            client: Arc::new(client),
            mover: Mover::Task,
            statements: Statements::default(),
            statement_timeout: None,
            unfinished: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            in_own_transaction: AtomicBool::new(false),
            ended,
            monitor,
        }
    }

    /// The same with settings of its own.
    pub(super) fn with_settings(self, settings: ConnectionSettings) -> Self {
        let statements = Statements::new(settings.keeping);
        Self { statements, statement_timeout: settings.statement_timeout, ..self }
    }

    /// A connection whose bytes its users move.
    #[cfg(feature = "embedded")]
    pub(crate) fn with_line(client: Client, line: Line, monitor: Arc<Monitor>) -> Self {
        let ended = line.end().clone();
        Self { mover: Mover::Line(line), ..Self::new(client, ended, monitor) }
    }

    /// A connection to a server.
    pub(super) fn with_wire(client: Client, wire: Arc<Wire>, monitor: Arc<Monitor>) -> Self {
        let ended = wire.end().clone();
        Self { mover: Mover::Wire(wire), ..Self::new(client, ended, monitor) }
    }

    /// The line to an embedded engine, where it is one.
    fn line(&self) -> Option<&Line> {
        match &self.mover {
            Mover::Line(line) => Some(line),
            Mover::Task | Mover::Wire(_) => None,
        }
    }

    /// Waits for an answer, and moves the connection's bytes meanwhile where that is for its users to do.
    async fn drive<T>(&self, mut answer: Pin<&mut impl Future<Output = T>>) -> T {
        let wire = match &self.mover {
            Mover::Task => return answer.await,
            Mover::Wire(wire) => wire,
            Mover::Line(line) => line.begin().await,
        };
        let mut caller = Caller::new(wire);
        poll_fn(|cx| caller.poll(cx, |cx| answer.as_mut().poll(cx))).await
    }

    /// What is told of it.
    pub(super) fn monitor(&self) -> &Arc<Monitor> {
        &self.monitor
    }

    /// Whether the other side is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
            || self.broken.load(Ordering::Acquire)
            || self.line().is_some_and(Line::is_over)
    }

    /// Whether a statement is under way that its caller gave up.
    pub(super) fn is_abandoned(&self) -> bool {
        self.unfinished.load(Ordering::Acquire) > 0
    }

    /// What stops the statement that is under way.
    pub(super) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    /// Lets whatever runs the statements end what is under way when `stop` says so, until the mark is dropped. Its own
    /// caller's timers are no help where that caller's thread runs the statement.
    pub(super) fn stop_at(&self, stop: Option<Stop>) -> Option<Stopping<'_>> {
        let (line, stop) = (self.line()?, stop?);
        line.stop_at(Some(stop));
        Some(Stopping(line))
    }

    /// Waits for a statement's end, and leaves a mark where the caller does not.
    async fn watched<T>(
        &self,
        sql: &str,
        statement: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        self.unfinished.fetch_add(1, Ordering::AcqRel);
        let result = self.drive(statement).await;
        self.finish();
        result.map_err(|error| self.explain(error).in_statement(sql))
    }

    /// Waits for a statement's beginning: what began has a mark until [`finish`](Self::finish) takes it away.
    async fn begun<T>(
        &self,
        sql: &str,
        statement: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        self.unfinished.fetch_add(1, Ordering::AcqRel);
        self.drive(statement).await.map_err(|error| {
            self.finish();
            self.explain(error).in_statement(sql)
        })
    }

    /// Notes the end of a statement that began.
    pub(super) fn finish(&self) {
        self.unfinished.fetch_sub(1, Ordering::AcqRel);
    }

    /// Why there is nothing more to come, once that is so.
    pub(super) fn ending(&self) -> Option<Error> {
        let closed = Error::new(ErrorKind::Connection, "the connection was closed");
        self.client.is_closed().then(|| self.explain(closed))
    }

    /// Asks for the next part of what a statement answers.
    pub(super) fn poll<T>(
        &self,
        place: &mut Place,
        cx: &mut Context<'_>,
        mut part: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        match &self.mover {
            Mover::Task => part(cx),
            Mover::Wire(wire) => wire.watch(cx, part),
            Mover::Line(line) => line.poll(place, cx, part),
        }
    }

    /// Moves what bytes can be moved now, where no task does.
    pub(super) fn pump(&self) {
        if let Some(line) = self.line() {
            line.pump();
        }
    }

    /// As [`stop_at`](Self::stop_at), until told otherwise.
    pub(super) fn set_stop(&self, stop: Option<Stop>) {
        if let Some(line) = self.line() {
            line.stop_at(stop);
        }
    }

    /// Says why a statement's connection is gone, where that is its error, or what else the server does not say.
    pub(super) fn explain(&self, error: Error) -> Error {
        let error = self.ended.explain(error, self.line().is_some());
        if error.kind() == ErrorKind::Connection && self.line().is_none() {
            // Its end may not have come through yet, and nobody else is to find out.
            self.broken.store(true, Ordering::Release);
        }
        if let Some(timeout) = self.statement_timeout
            && error.code() == Some(&SqlState::QUERY_CANCELED)
            && error.database().is_some_and(|database| database.message().contains("statement timeout"))
        {
            let message = format!(
                "the server ended the statement after {timeout:?}: raise `ConnectOptions::server_statement_timeout`"
            );
            return Error::new(ErrorKind::Timeout, message).with_source_of(error);
        }
        if !self.statements.are_prepared()
            && let Some(&SqlState::INVALID_SQL_STATEMENT_NAME | &SqlState::DUPLICATE_PSTATEMENT) =
                error.code()
        {
            self.broken.store(true, Ordering::Release);
            return error.context(
                "the types that are not PostgreSQL's own are looked up by prepared statements, which `prepare(false)` \
                 and its pooler have no place for: cast such columns and parameters, as in `mood::text` and `$1::text::mood`",
            );
        }
        match self.line().filter(|_| error.kind() == ErrorKind::Connection).and_then(Line::failure) {
            Some(why) => Error::new(ErrorKind::Engine, why).with_source_of(error),
            None => error,
        }
    }

    /// Asks whether the other side still answers.
    pub(super) async fn ping(&self) -> Result<(), tokio_postgres::Error> {
        self.client.check_connection().await
    }

    /// Runs a statement, hands its rows on, and returns how many there were; `again` allows a second try with a statement
    /// prepared anew.
    pub(super) async fn query(
        &self,
        sql: &str,
        params: Params<'_>,
        rows: &mut dyn Rows,
        again: bool,
    ) -> Result<u64, Error> {
        let statement = pin!(async {
            let mut ready = self.ready(sql, params, again).await?;
            match ready.query(&self.client, rows).await {
                Err(error) if self.is_stale(sql, &error) && again => {}
                result => return Ok(result?),
            }
            ready = self.ready(sql, params, again).await?;
            Ok(ready.query(&self.client, rows).await?)
        });
        self.watched(sql, statement).await
    }

    /// Runs a statement and returns how many rows it changed; `again` as for [`query`](Self::query).
    pub(super) async fn execute(&self, sql: &str, params: Params<'_>, again: bool) -> Result<u64, Error> {
        let statement = pin!(async {
            let mut ready = self.ready(sql, params, again).await?;
            match ready.execute(&self.client).await {
                Err(error) if self.is_stale(sql, &error) && again => {}
                result => return Ok(result?),
            }
            ready = self.ready(sql, params, again).await?;
            Ok(ready.execute(&self.client).await?)
        });
        self.watched(sql, statement).await
    }

    /// Begins a statement whose rows are asked for one by one; `again` as for [`query`](Self::query).
    pub(super) async fn stream(
        &self,
        sql: &str,
        params: Params<'_>,
        again: bool,
    ) -> Result<RowStream, Error> {
        let statement = pin!(async {
            let mut ready = self.ready(sql, params, again).await?;
            match ready.stream(&self.client).await {
                Err(error) if self.is_stale(sql, &error) && again => {}
                result => return Ok(result?),
            }
            ready = self.ready(sql, params, again).await?;
            Ok(ready.stream(&self.client).await?)
        });
        self.begun(sql, statement).await
    }

    /// Begins a `COPY … TO STDOUT`; `alone` tells that no transaction is open.
    pub(super) async fn copy_out(&self, sql: &str, alone: bool) -> Result<CopyOutStream, Error> {
        self.begun(
            sql,
            pin!(async {
                let statement = self.prepare_copy(sql, alone).await?;
                let begun = self.client.copy_out(&statement).await?;
                drop(statement);
                if self.in_own_transaction.swap(false, Ordering::AcqRel) {
                    self.enqueue("COMMIT");
                }
                Ok(begun)
            }),
        )
        .await
    }

    /// Begins a `COPY … FROM STDIN`, which [`commit_copy`](Self::commit_copy) is to follow; `alone` as for
    /// [`copy_out`](Self::copy_out).
    pub(super) async fn copy_in(&self, sql: &str, alone: bool) -> Result<CopyInSink<Bytes>, Error> {
        self.begun(
            sql,
            pin!(async {
                let statement = self.prepare_copy(sql, alone).await?;
                let mut beginning = BeginningCopy(Some(self));
                let begun = self.client.copy_in(&statement).await;
                beginning.0 = None;
                match (&begun, self.line()) {
                    (Err(_), Some(line)) => line.discard(COPY_END),
                    (Err(_), None) => self.broken.store(true, Ordering::Release),
                    (Ok(_), _) => {}
                }
                Ok(begun?)
            }),
        )
        .await
    }

    /// The driver copies by prepared statements with names alone: where none may stay, they live in a transaction.
    async fn prepare_copy(&self, sql: &str, alone: bool) -> Result<Statement, Error> {
        if alone && !self.statements.are_prepared() {
            self.in_own_transaction.store(true, Ordering::Release);
            self.enqueue("BEGIN");
        }
        self.prepare(sql, NO_PARAMS).await
    }

    /// Makes permanent what a COPY wrote, where it began a transaction.
    pub(super) async fn commit_copy(&self) -> Result<(), Error> {
        if self.in_own_transaction.load(Ordering::Acquire) {
            self.batch("COMMIT").await?;
            self.in_own_transaction.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Notes that the data of a COPY failed: poolers then count the driver's second Sync for an answer that never comes.
    pub(super) fn give_up_copy(&self) {
        if !self.statements.are_prepared() {
            self.broken.store(true, Ordering::Release);
        }
    }

    /// Whether a COPY left a transaction open.
    pub(super) fn has_own_transaction(&self) -> bool {
        self.in_own_transaction.load(Ordering::Acquire)
    }

    /// The names and types of the columns that a statement gives.
    #[cfg(feature = "embedded")]
    pub(super) async fn describe(&self, sql: &str) -> Result<Vec<(String, Type)>, Error> {
        let column = |column: &tokio_postgres::Column| (column.name().to_owned(), column.type_().clone());
        let described = async {
            let statement = self.client.prepare(sql).await?;
            Ok(statement.columns().iter().map(column).collect())
        };
        self.watched(sql, pin!(described)).await
    }

    /// Runs statements that take no parameters.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.watched(sql, pin!(async { Ok(self.client.batch_execute(sql).await?) })).await
    }

    /// Runs statements that may begin transactions; one that they leave open is rolled back.
    pub(super) async fn script(&self, sql: &str) -> Result<(), Error> {
        if !control::may_begin(sql) {
            return self.batch(sql).await;
        }
        let mut open = OpenTransaction(Some(self));
        let result = self.batch(sql).await;
        // PostgreSQL refuses a savepoint where no transaction is open.
        let probe = self.batch("SAVEPOINT ominipg").await;
        if probe.is_err_and(|error| error.code() == Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION)) {
            open.0 = None;
            return result;
        }
        result.and(Err(control::left_open()))
    }

    /// Sends statements without waiting for their end; what is sent later runs after them.
    pub(super) fn send(&self, sql: &str) {
        if let Some(line) = self.line() {
            // The next user waits for their end before sending more, or a cancellation that is meant for what comes
            // behind them would hit these; and no limit of the last call does.
            self.unfinished.fetch_add(1, Ordering::AcqRel);
            self.stopped.store(true, Ordering::Release);
            line.stop_at(None);
        }
        self.enqueue(sql);
        if let Some(line) = self.line() {
            line.pump();
        }
    }

    /// Puts statements into the connection's queue.
    fn enqueue(&self, sql: &str) {
        // The first poll does so; nobody waits for the answer.
        let _ = pin!(self.client.batch_execute(sql)).poll(&mut Context::from_waker(Waker::noop()));
    }

    /// Cancels what was given up, once, on a connection whose bytes its users move. What is sent after it is not cancelled.
    pub(super) fn cancel(&self) {
        if let Some(line) = self.line()
            && self.is_abandoned()
            && self.begin_stop()
        {
            line.cancel();
        }
    }

    /// Whether it is for the caller to stop what was given up, rather than done already.
    pub(super) fn begin_stop(&self) -> bool {
        !self.stopped.swap(true, Ordering::AcqRel)
    }

    /// Waits for the end of what was given up.
    pub(super) async fn settle(&self) {
        // What is answered after it has ended; a cancellation that comes late may hit this instead, and then has hit.
        let after = pin!(self.client.batch_execute(""));
        let _ = self.drive(after).await;
        self.unfinished.store(0, Ordering::Release);
        self.stopped.store(false, Ordering::Release);
    }
}

/// A transaction that a script may have open; rolled back when this is dropped.
struct OpenTransaction<'a>(Option<&'a Connection>);

impl Drop for OpenTransaction<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.0 {
            // What the caller gave up is cancelled first, so that this is not.
            connection.cancel();
            connection.send("ROLLBACK");
        }
    }
}

/// A COPY of which nobody knows yet whether it begins; see [`COPY_END`].
struct BeginningCopy<'a>(Option<&'a Connection>);

impl Drop for BeginningCopy<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.0 {
            connection.broken.store(true, Ordering::Release);
        }
    }
}

/// A mark that what is under way on a line may be ended; see [`Connection::stop_at`].
pub(super) struct Stopping<'a>(&'a Line);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.stop_at(None);
    }
}
