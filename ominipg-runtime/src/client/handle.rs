use std::fmt;
use std::sync::Arc;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::open::{Opened, open};
use super::{ConnectOptions, Mode, extensions, tables};
use crate::error::{Error, ErrorKind};
use crate::param::Params;
#[cfg(feature = "embedded")]
use crate::serve::{self, ServeOptions, Server};
use crate::session::{Backend, Session, Transaction};

/// A database: embedded, or a server. Clones are cheap and share it; the last one to go ends its threads and
/// connections.
#[derive(Clone)]
pub struct Ominipg(Arc<Inner>);

struct Inner {
    backend: Backend,
    mode: Mode,
    #[cfg(feature = "embedded")]
    busy_timeout: std::time::Duration,
}

impl Ominipg {
    /// Opens an embedded database or connects to a server; see [`ConnectOptions`] for the urls.
    ///
    /// Called within a tokio runtime that has its timers on.
    ///
    /// # Errors
    ///
    /// Where the url is not understood, the folder cannot be used or the server is not there; and where the tables or the
    /// extensions cannot be created, if that was asked for.
    pub async fn connect(options: impl Into<ConnectOptions>) -> Result<Self, Error> {
        let options = options.into();
        let Opened { backend, mode, setup } = open(&options).await?;
        extensions::create(&backend, &setup).await?;
        if let (true, Some(schema)) = (options.create_tables, options.schema) {
            tables::create(&backend, schema).await?;
        }
        Ok(Self(Arc::new(Inner {
            backend,
            mode,
            #[cfg(feature = "embedded")]
            busy_timeout: options.busy_timeout,
        })))
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.0.backend
    }

    /// How long calls wait for an open transaction.
    #[cfg(feature = "embedded")]
    pub(super) fn busy_timeout(&self) -> std::time::Duration {
        self.0.busy_timeout
    }

    /// Where statements run.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it, or a parameter is not of the type that the statement expects.
    pub async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        Session::database(self.backend()).check(sql)?.query(sql, Params::Inferred(params)).await
    }

    /// Runs a statement that returns exactly one row.
    ///
    /// # Errors
    ///
    /// Where there is no row, or more than one; else as [`query`](Self::query).
    pub async fn query_one(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Error> {
        one(self.query(sql, params).await?)
    }

    /// Runs a statement that returns at most one row.
    ///
    /// # Errors
    ///
    /// Where there is more than one row; else as [`query`](Self::query).
    pub async fn query_opt(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Error> {
        at_most_one(self.query(sql, params).await?)
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, Error> {
        Session::database(self.backend()).check(sql)?.execute(sql, Params::Inferred(params)).await
    }

    /// Runs statements that take no parameters, separated by semicolons, as one transaction of their own.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses one.
    pub async fn batch_execute(&self, sql: &str) -> Result<(), Error> {
        Session::database(self.backend()).batch(sql).await
    }

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// Where no connection is free within [`ConnectOptions::busy_timeout`].
    pub async fn transaction(&self) -> Result<Transaction, Error> {
        Transaction::begin(self.backend()).await
    }

    /// Serves an embedded database to other clients of PostgreSQL, several at once: `db.serve("127.0.0.1:0")`.
    ///
    /// Their connections run on the tokio runtime that this is called from, which has its timers and I/O on. See
    /// [`ServeOptions`] for passwords and Unix sockets, and [`Server::url`] for what clients connect with.
    ///
    /// # Errors
    ///
    /// Where the address cannot be listened on, or can be reached from other machines and no password is set; and where
    /// this handle is connected to a server.
    #[cfg(feature = "embedded")]
    pub async fn serve(&self, options: impl Into<ServeOptions>) -> Result<Server, Error> {
        if matches!(self.mode(), Mode::Direct | Mode::ServerWorker) {
            let message = "only an embedded database can be served, and this handle is connected to a PostgreSQL \
                           server: point the clients at that server";
            return Err(Error::new(ErrorKind::Options, message));
        }
        serve::serve(serve::sessions_of(self)?, self.clone(), options.into()).await
    }

    /// Serves an embedded database on a Unix socket that only this user can open; see [`ServeOptions::unix`].
    ///
    /// # Errors
    ///
    /// Where something else is in that place, or another server uses it; else as [`serve`](Self::serve).
    #[cfg(all(feature = "embedded", unix))]
    pub async fn serve_unix(&self, path: impl Into<std::path::PathBuf>) -> Result<Server, Error> {
        self.serve(ServeOptions::unix(path)).await
    }

    /// Ends the database's threads and connections; every later call on any clone is an error of the kind
    /// [`ErrorKind::Closed`].
    ///
    /// # Errors
    ///
    /// Where a transaction on an embedded database stays open for longer than [`ConnectOptions::busy_timeout`].
    pub async fn close(&self) -> Result<(), Error> {
        self.backend().close().await
    }
}

impl fmt::Debug for Ominipg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ominipg").field("mode", &self.mode()).finish_non_exhaustive()
    }
}

/// The only row.
pub(crate) fn one(rows: Vec<Row>) -> Result<Row, Error> {
    at_most_one(rows)?.ok_or_else(|| Error::new(ErrorKind::NotFound, "the statement returned no row"))
}

/// The only row, or none.
pub(crate) fn at_most_one(mut rows: Vec<Row>) -> Result<Option<Row>, Error> {
    if rows.len() > 1 {
        let message = format!("the statement returned {} rows, at most one was expected", rows.len());
        return Err(Error::new(ErrorKind::TooMany, message));
    }
    Ok(rows.pop())
}
