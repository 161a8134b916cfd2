use std::pin::{Pin, pin};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::backend::Backend;
use super::call::Call;
use super::control;
use super::executor::Executor;
use super::lease::Lease;
use super::rows::Rows;
use super::streams::{CopyIn, Exchange, RowStream};
use super::transaction::Transaction;
use crate::client::{CallKind, Limits, NO_LIMITS, PLAIN, StatementLog};
use crate::error::{Error, ErrorKind};
use crate::param::{Param, Params, check_size};
use crate::sql::Sql;

/// A statement under way, behind a pointer: what awaits it would otherwise grow, layer by layer, into futures that take
/// the compiler long and, a few of the caller's own layers later, over its recursion limit.
pub type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Where a statement runs, and how long it may.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    target: Target<'a>,
    call: Call<'a>,
}

#[derive(Clone, Copy)]
enum Target<'a> {
    /// Any connection.
    Database(&'a Arc<Backend>),
    /// A transaction's.
    Transaction(&'a Transaction),
    /// One that is not this library's.
    Foreign(&'a dyn Executor),
}

impl<'a> Session<'a> {
    /// Where the statements of an executor run, for a call that begins now.
    pub(crate) fn of(on: &'a dyn Executor) -> Self {
        on.native().unwrap_or(Self { target: Target::Foreign(on), call: Call::new(&NO_LIMITS) })
    }

    /// Any connection of `backend`, a new one for each statement of a call that begins now.
    pub(crate) fn database(backend: &'a Arc<Backend>, limits: &'a Limits) -> Self {
        Self { target: Target::Database(backend), call: Call::new(limits) }
    }

    /// The connection of `transaction`, for a call that begins now.
    pub(crate) fn transaction(transaction: &'a Transaction) -> Self {
        Self { target: Target::Transaction(transaction), call: Call::new(transaction.limits()) }
    }

    /// The same, as a part of the call that `other` belongs to.
    pub(crate) fn within(self, other: Session<'_>) -> Self {
        Self { call: self.call.within(other.call), ..self }
    }

    /// Begins a transaction, unless this is one already.
    pub(crate) fn begin(self) -> Running<'a, Option<Transaction>> {
        Box::pin(async move {
            match self.target {
                Target::Database(backend) => Transaction::begin_in(backend, self.call).await.map(Some),
                Target::Transaction(_) => Ok(None),
                Target::Foreign(on) if on.is_transaction() => Ok(None),
                Target::Foreign(_) => Err(no_transaction()),
            }
        })
    }

    /// Begins a statement whose rows are read one by one.
    pub(crate) fn stream<'b>(self, sql: &'b str, params: Params<'b>) -> Running<'b, RowStream<'a>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let exchange = match self.target {
                Target::Database(backend) => {
                    Exchange::of_database(backend, self.call.limits(), CallKind::Stream).await?
                }
                Target::Transaction(transaction) => {
                    transaction.settle().await?;
                    Exchange::of_transaction(transaction, CallKind::Stream)?
                }
                Target::Foreign(_) => return Err(no_stream()),
            };
            RowStream::begin(exchange, sql, params).await
        })
    }

    /// Whether typed rows are checked as they are read.
    pub(crate) fn validates_rows(&self) -> bool {
        self.call.limits().validate_rows
    }

    /// Whether rows can be sent by COPY.
    pub(crate) fn takes_copies(&self) -> bool {
        !matches!(self.target, Target::Foreign(_))
    }

    /// Begins a `COPY … FROM STDIN`, as a part of the call.
    pub(crate) fn copy_in<'b>(self, sql: &'b str) -> Running<'b, CopyIn<'a>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let exchange = match self.target {
                Target::Database(backend) => {
                    Exchange::of_database(backend, self.call.limits(), CallKind::CopyIn).await?
                }
                Target::Transaction(transaction) => {
                    transaction.settle().await?;
                    Exchange::of_transaction(transaction, CallKind::CopyIn)?
                }
                Target::Foreign(_) => return Err(no_stream()),
            };
            CopyIn::run(exchange.within(self.call), sql).await
        })
    }

    /// Runs a statement and returns its rows.
    pub(crate) async fn query(self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        self.hand_on(sql, params, &mut rows).await?;
        Ok(rows)
    }

    /// Runs a statement, hands its rows on, and returns how many there were.
    pub(super) fn hand_on<'b>(
        self,
        sql: &'b str,
        params: Params<'b>,
        rows: &'b mut dyn Rows,
    ) -> Running<'b, u64>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let call = &self.call;
            let watched = self.log().watch(sql, params);
            let result = match self.target {
                Target::Database(backend) => {
                    let statement = pin!(async {
                        let lease = call.lease(backend).await?;
                        call.on(&lease, pin!(lease.query(sql, params, rows, true))).await
                    });
                    call.run(backend, CallKind::Statement, statement).await
                }
                Target::Transaction(transaction) => {
                    let statement = pin!(async {
                        let connection = transaction.ready(self.call).await?;
                        let statement = pin!(connection.query(sql, params, rows, false));
                        transaction.watch(pin!(call.on(connection, statement))).await
                    });
                    transaction.note(call.run(transaction.backend(), CallKind::Statement, statement).await)
                }
                Target::Foreign(on) => {
                    let done = async { on.query_typed(sql, &typed(params)?).await };
                    done.await.map_err(|error: Error| error.in_statement(sql)).map(|found| {
                        let count = found.len() as u64;
                        rows.begin();
                        found.into_iter().for_each(|row| rows.take(row));
                        count
                    })
                }
            };
            if let Some(watched) = watched {
                watched.end(&result, |rows| Some(*rows));
            }
            result
        })
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) fn execute<'b>(self, sql: &'b str, params: Params<'b>) -> Running<'b, u64>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let call = &self.call;
            let watched = self.log().watch(sql, params);
            let result = match self.target {
                Target::Database(backend) => {
                    let statement = pin!(async {
                        let lease = call.lease(backend).await?;
                        call.on(&lease, pin!(lease.execute(sql, params, true))).await
                    });
                    call.run(backend, CallKind::Statement, statement).await
                }
                Target::Transaction(transaction) => {
                    let statement = pin!(async {
                        let connection = transaction.ready(self.call).await?;
                        transaction
                            .watch(pin!(call.on(connection, pin!(connection.execute(sql, params, false)))))
                            .await
                    });
                    transaction.note(call.run(transaction.backend(), CallKind::Statement, statement).await)
                }
                Target::Foreign(on) => {
                    let done = async { on.execute_typed(sql, &typed(params)?).await };
                    done.await.map_err(|error| error.in_statement(sql))
                }
            };
            if let Some(watched) = watched {
                watched.end(&result, |rows| Some(*rows));
            }
            result
        })
    }

    /// Runs statements that take no parameters.
    pub(crate) fn batch<'b>(self, sql: &'b str) -> Running<'b, ()>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let call = &self.call;
            let watched = self.log().watch(sql, Params::Inferred(&[]));
            let result = match self.target {
                Target::Database(backend) => {
                    let statement = pin!(async {
                        let lease = call.lease(backend).await?;
                        call.on(&lease, pin!(lease.script(sql))).await
                    });
                    call.run(backend, CallKind::Statement, statement).await
                }
                Target::Transaction(transaction) => {
                    let statement = pin!(async {
                        let connection = transaction.ready(self.call).await?;
                        transaction.watch(pin!(call.on(connection, pin!(connection.batch(sql))))).await
                    });
                    transaction.note(call.run(transaction.backend(), CallKind::Statement, statement).await)
                }
                Target::Foreign(on) => on.execute_typed(sql, &[]).await.map(drop),
            };
            if let Some(watched) = watched {
                watched.end(&result, |_| None);
            }
            result
        })
    }

    /// What is told of its statements.
    fn log(&self) -> &'a StatementLog {
        match self.target {
            Target::Database(backend) => &backend.monitor().log,
            Target::Transaction(transaction) => &transaction.backend().monitor().log,
            Target::Foreign(_) => &PLAIN,
        }
    }

    /// Refuses SQL of the caller's that would begin or end a transaction.
    pub(crate) fn check(self, sql: &str) -> Result<Self, Error> {
        match self.target {
            Target::Database(_) => control::check(sql)?,
            Target::Transaction(_) => control::check_inside(sql)?,
            Target::Foreign(_) => {}
        }
        control::check_copy(sql)?;
        Ok(self)
    }

    /// Refuses a script that begins with a COPY whose data has no way to go.
    pub(crate) fn check_script(self, sql: &str) -> Result<Self, Error> {
        control::check_copy(sql)?;
        Ok(self)
    }

    /// How many statements of a call are best under way at a time: in this process, there is no way to and fro to save.
    pub(crate) fn at_once(self) -> usize {
        let backend = match self.target {
            Target::Database(backend) => backend,
            Target::Transaction(transaction) => transaction.backend(),
            // Whose way is not known: one after the other, as every client can.
            Target::Foreign(_) => return 1,
        };
        if backend.has_pool() { Semaphore::MAX_PERMITS } else { 1 }
    }

    /// A connection for statements that go out together, where each would else take one of its own from a pool.
    pub(crate) async fn share(self) -> Result<Option<Arc<Lease>>, Error> {
        match self.target {
            Target::Database(backend) if backend.has_pool() => self.call.share(backend).await.map(Some),
            _ => Ok(None),
        }
    }

    /// The same on a connection that [`share`](Self::share) gave.
    pub(crate) fn on_shared<'b>(self, shared: Option<&'b Arc<Lease>>) -> Session<'b>
    where
        'a: 'b,
    {
        Session { target: self.target, call: self.call.on_shared(shared) }
    }

    /// Runs a statement of the runtime's own making and returns its rows; one that only reads is sent once more where
    /// the connection is gone.
    pub(crate) async fn rows(self, sql: Sql) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        self.read(sql, &mut rows).await?;
        Ok(rows)
    }

    /// The same, and hands the rows on.
    pub(crate) async fn read(self, sql: Sql, rows: &mut dyn Rows) -> Result<(), Error> {
        match sql.text.starts_with("SELECT") {
            true => self.select(&sql.text, &sql.params, rows).await,
            false => self.hand_on(&sql.text, ready(&sql.params), rows).await.map(drop),
        }
    }

    /// Runs a statement of the runtime's own making that only reads; it is sent once more where the connection is gone.
    pub(crate) async fn select(self, sql: &str, params: &[Param], rows: &mut dyn Rows) -> Result<(), Error> {
        let result = self.hand_on(sql, ready(params), rows).await;
        let is_gone = result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Connection);
        if is_gone && matches!(self.target, Target::Database(_)) {
            return self.on_shared(None).hand_on(sql, ready(params), rows).await.map(drop);
        }
        result.map(drop)
    }

    /// Runs a statement of the runtime's own making and returns how many rows it changed.
    pub(crate) async fn count(self, sql: Sql) -> Result<u64, Error> {
        self.execute(&sql.text, ready(&sql.params)).await
    }
}

/// Parameters as other clients take them.
pub(super) fn typed(params: Params<'_>) -> Result<Vec<(&(dyn ToSql + Sync), Type)>, Error> {
    Ok(match params {
        Params::Ready(ready) => {
            check_size(ready)?;
            ready.iter().map(|param| (param as &(dyn ToSql + Sync), param.ty.clone())).collect()
        }
        Params::Inferred(values) => values.iter().map(|value| (*value, Type::UNKNOWN)).collect(),
    })
}

fn no_transaction() -> Error {
    let message = "these rows take several statements, all or nothing, and this client is not in a transaction: begin one, \
                   and pass that";
    Error::new(ErrorKind::Transaction, message)
}

pub(super) fn no_stream() -> Error {
    let message =
        "this client gives no rows one by one, for its `Executor` has no `stream_typed`: use `all`, or pages";
    Error::new(ErrorKind::Options, message)
}

fn ready(params: &[Param]) -> Params<'_> {
    Params::Ready(params)
}
