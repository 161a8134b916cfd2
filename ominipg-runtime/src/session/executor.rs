use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::savepoint::Savepoint;
use super::target::{Running, Session, no_stream};
use super::transaction::Transaction;
use crate::client::Ominipg;
use crate::error::Error;
use crate::param::{Param, Params};

/// What generated code runs on: an [`Ominipg`], a [`Transaction`], a [`Savepoint`]; a client or transaction of
/// [`tokio_postgres`] and, with the cargo feature `deadpool`, of deadpool-postgres; and whatever else implements it.
///
/// Two functions are enough: they run a statement with parameters whose types are known. A third, which not every client can
/// have, gives rows one by one.
///
/// ```no_run
/// use ominipg_runtime::{Error, Executing, Executor, Row, TypedParam};
///
/// /// A client whose statements are printed.
/// struct Printing(tokio_postgres::Client);
///
/// impl Executor for Printing {
///     fn query_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
///         println!("{sql}");
///         Box::pin(async move { Ok(self.0.query_typed(sql, params).await?) })
///     }
///
///     fn execute_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
///         println!("{sql}");
///         Box::pin(async move { Ok(self.0.execute_typed(sql, params).await?) })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run statements",
    note = "pass `&db` (an `Ominipg`) or `&tx` (a `Transaction`), or a client of tokio-postgres"
)]
pub trait Executor: Send + Sync {
    /// Runs a statement and returns its rows.
    fn query_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>>;

    /// Runs a statement and returns how many rows it changed.
    fn execute_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64>;

    /// Runs a statement and gives its rows one by one, for [`Find::stream`](crate::Find::stream); as in
    /// `client.query_typed_raw(sql, params.iter().map(|(value, ty)| (*value, ty.clone())))`.
    fn stream_typed<'a>(
        &'a self,
        sql: &'a str,
        params: &'a [TypedParam<'a>],
    ) -> Executing<'a, tokio_postgres::RowStream> {
        let _ = (sql, params);
        Box::pin(async { Err(no_stream()) })
    }

    /// Whether its statements are all in one transaction.
    ///
    /// What takes several statements that are to be all or nothing, as a large `create_many`, is refused where they are not.
    fn is_transaction(&self) -> bool {
        false
    }

    /// The way to run statements that this library's own types have.
    #[doc(hidden)]
    fn native(&self) -> Option<Session<'_>> {
        None
    }
}

/// A parameter, and the type that it is sent as.
pub type TypedParam<'a> = (&'a (dyn ToSql + Sync), Type);

/// A statement under way.
pub type Executing<'a, T> = Running<'a, T>;

macro_rules! native {
    ($($type:ty, $is_transaction:literal, $self:ident => $session:expr;)*) => { $(
        impl Executor for $type {
            fn query_typed<'a>(&'a $self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
                let session = $session;
                Box::pin(async move {
                    session.check(sql)?.query(sql, Params::Ready(&encode(params)?)).await
                })
            }

            fn execute_typed<'a>(&'a $self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
                let session = $session;
                Box::pin(async move {
                    session.check(sql)?.execute(sql, Params::Ready(&encode(params)?)).await
                })
            }

            fn is_transaction(&self) -> bool {
                $is_transaction
            }

            fn native(&$self) -> Option<Session<'_>> {
                Some($session)
            }
        }
    )* };
}

native! {
    Ominipg, false, self => Session::database(self.backend(), self.limits());
    Transaction, true, self => Session::transaction(self);
    Savepoint<'_>, true, self => Session::transaction(self);
}

fn encode(params: &[TypedParam<'_>]) -> Result<Vec<Param>, Error> {
    params.iter().enumerate().map(|(index, (value, ty))| Param::encode_at(index, *value, ty)).collect()
}

macro_rules! references {
    ($($type:ty),*) => { $(
        impl<E: Executor + ?Sized> Executor for $type {
            fn query_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
                (**self).query_typed(sql, params)
            }

            fn execute_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
                (**self).execute_typed(sql, params)
            }

            fn stream_typed<'a>(
                &'a self,
                sql: &'a str,
                params: &'a [TypedParam<'a>],
            ) -> Executing<'a, tokio_postgres::RowStream> {
                (**self).stream_typed(sql, params)
            }

            fn is_transaction(&self) -> bool {
                (**self).is_transaction()
            }

            fn native(&self) -> Option<Session<'_>> {
                (**self).native()
            }
        }
    )* };
}

references!(&E, &mut E, Box<E>, std::sync::Arc<E>);
