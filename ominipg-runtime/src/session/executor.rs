use std::pin::Pin;

use tokio_postgres::Row;

use super::backend::Backend;
use super::control;
use super::transaction::Transaction;
use crate::client::Ominipg;
use crate::error::Error;
use crate::param::{Param, Params};
use crate::sql::Sql;

/// What can run statements: an [`Ominipg`] or a [`Transaction`], or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run statements",
    note = "pass `&db` (an `Ominipg`) or `&tx` (a `Transaction`)"
)]
pub trait Executor: sealed::Sealed + Send + Sync {}

impl Executor for Ominipg {}
impl Executor for Transaction {}
impl<E: Executor + ?Sized> Executor for &E {}

pub(crate) mod sealed {
    use super::{Ominipg, Session, Transaction};

    pub trait Sealed {
        #[doc(hidden)]
        fn session(&self) -> Session<'_>;
    }

    impl Sealed for Ominipg {
        fn session(&self) -> Session<'_> {
            Session::database(self.backend())
        }
    }

    impl Sealed for Transaction {
        fn session(&self) -> Session<'_> {
            Session::transaction(self)
        }
    }

    impl<E: Sealed + ?Sized> Sealed for &E {
        fn session(&self) -> Session<'_> {
            (**self).session()
        }
    }
}

/// A statement under way, behind a pointer: what awaits it would otherwise grow, layer by layer, into futures that take
/// the compiler long and, a few of the caller's own layers later, over its recursion limit.
pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Where a statement runs.
#[derive(Clone, Copy)]
pub struct Session<'a>(Target<'a>);

#[derive(Clone, Copy)]
enum Target<'a> {
    /// Any connection.
    Database(&'a Backend),
    /// A transaction's.
    Transaction(&'a Transaction),
}

impl<'a> Session<'a> {
    /// Any connection of `backend`, a new one for each statement.
    pub(crate) fn database(backend: &'a Backend) -> Self {
        Self(Target::Database(backend))
    }

    /// The connection of `transaction`.
    pub(crate) fn transaction(transaction: &'a Transaction) -> Self {
        Self(Target::Transaction(transaction))
    }

    /// Begins a transaction, unless this is one already.
    pub(crate) fn begin(self) -> Running<'a, Option<Transaction>> {
        Box::pin(async move {
            match self.0 {
                Target::Database(backend) => Transaction::begin(backend).await.map(Some),
                Target::Transaction(_) => Ok(None),
            }
        })
    }

    /// Runs a statement and returns its rows.
    pub(crate) fn query<'b>(self, sql: &'b str, params: Params<'b>) -> Running<'b, Vec<Row>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            match self.0 {
                Target::Database(backend) => {
                    backend.explain(backend.lease().await?.query(sql, params, true).await)
                }
                Target::Transaction(transaction) => {
                    transaction.watch(transaction.connection()?.query(sql, params, false).await)
                }
            }
        })
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) fn execute<'b>(self, sql: &'b str, params: Params<'b>) -> Running<'b, u64>
    where
        'a: 'b,
    {
        Box::pin(async move {
            match self.0 {
                Target::Database(backend) => {
                    backend.explain(backend.lease().await?.execute(sql, params, true).await)
                }
                Target::Transaction(transaction) => {
                    transaction.watch(transaction.connection()?.execute(sql, params, false).await)
                }
            }
        })
    }

    /// Runs statements that take no parameters.
    pub(crate) fn batch<'b>(self, sql: &'b str) -> Running<'b, ()>
    where
        'a: 'b,
    {
        Box::pin(async move {
            match self.0 {
                Target::Database(backend) => backend.explain(backend.lease().await?.script(sql).await),
                Target::Transaction(transaction) => {
                    transaction.watch(transaction.connection()?.batch(sql).await)
                }
            }
        })
    }

    /// Refuses SQL of the caller's that would begin or end a transaction.
    pub(crate) fn check(self, sql: &str) -> Result<Self, Error> {
        match self.0 {
            Target::Database(_) => control::check(sql)?,
            Target::Transaction(_) => control::check_inside(sql)?,
        }
        Ok(self)
    }

    /// Runs a statement of the runtime's own making and returns its rows.
    pub(crate) async fn rows(self, sql: Sql) -> Result<Vec<Row>, Error> {
        self.query(&sql.text, ready(&sql.params)).await
    }

    /// Runs a statement of the runtime's own making and returns how many rows it changed.
    pub(crate) async fn count(self, sql: Sql) -> Result<u64, Error> {
        self.execute(&sql.text, ready(&sql.params)).await
    }
}

fn ready(params: &[Param]) -> Params<'_> {
    Params::Ready(params)
}
