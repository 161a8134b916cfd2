use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use tokio_util::sync::CancellationToken;

use super::limits::Limits;
use super::open::{Opened, open};
use super::{
    CallKind, ConnectOptions, Diagnostics, Event, Events, Mode, Outcome, StatementCache, extensions, tables,
};
use crate::error::{Error, ErrorKind};
use crate::param::Params;
#[cfg(feature = "embedded")]
use crate::serve::{self, ServeOptions, Server};
use crate::session::{Backend, Session};
#[cfg(feature = "embedded")]
use crate::sync::Syncer;

/// A database: embedded, or a server. Clones are cheap and share it; the last one to go ends its threads and
/// connections.
#[derive(Clone)]
pub struct Ominipg {
    backend: Arc<Backend>,
    mode: Mode,
    limits: Limits,
    #[cfg(feature = "embedded")]
    busy_timeout: std::time::Duration,
    /// Where its changes are sent to a server.
    #[cfg(feature = "embedded")]
    pub(super) syncer: Option<Arc<Syncer>>,
}

impl Ominipg {
    /// Opens an embedded database or connects to a server; see [`ConnectOptions`] for the urls.
    ///
    /// Called within a tokio runtime that has its timers on.
    ///
    /// # Errors
    ///
    /// Where the url is not understood, the folder cannot be used, is open already ([`ErrorKind::Locked`]), or the server is
    /// not there; and where the tables or the extensions cannot be created, if that was asked for.
    pub async fn connect(options: impl Into<ConnectOptions>) -> Result<Self, Error> {
        let options = options.into();
        let Opened { backend, mode, setup } = open(&options).await?;
        let backend = Arc::new(backend);
        extensions::create(&backend, &setup).await?;
        if let (true, Some(schema)) = (options.create_tables, options.schema) {
            tables::create(&backend, schema).await?;
        }
        let version = backend.monitor().version().map(str::to_owned);
        backend.monitor().events.connected(Event::Connected { mode, version });
        let limits =
            Limits { timeout: options.statement_timeout, cancel: None, validate_rows: options.validate_rows };
        let db = Self {
            backend,
            mode,
            limits,
            #[cfg(feature = "embedded")]
            busy_timeout: options.busy_timeout,
            #[cfg(feature = "embedded")]
            syncer: Syncer::new(&options.sync, options.schema).map(Arc::new),
        };
        #[cfg(feature = "embedded")]
        if let Some(syncer) = &db.syncer {
            syncer.begin(&db).await?;
        }
        Ok(db)
    }

    pub(crate) fn backend(&self) -> &Arc<Backend> {
        &self.backend
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The same database, whose calls may take so long, in place of
    /// [`statement_timeout`](ConnectOptions::statement_timeout).
    ///
    /// What takes longer is cancelled, and the call gives an error of the kind [`ErrorKind::Timeout`]; one that has then
    /// not even begun gives [`ErrorKind::Busy`], and says for what it waited.
    ///
    /// ```no_run
    /// # async fn ask(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
    /// use std::time::Duration;
    ///
    /// let quick = db.with_timeout(Duration::from_secs(2));
    /// let rows = quick.query("SELECT * FROM sales", &[]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        let limits = Limits { timeout: Some(timeout), ..self.limits.clone() };
        Self { limits, ..self.clone() }
    }

    /// The same database, whose calls end when `token` is cancelled, in place of the token that it had.
    ///
    /// What runs is cancelled, and the call gives an error of the kind [`ErrorKind::Cancelled`]. A token and its
    /// [children](CancellationToken::child_token) are cancelled together.
    pub fn with_cancel(&self, token: CancellationToken) -> Self {
        let limits = Limits { cancel: Some(token), ..self.limits.clone() };
        Self { limits, ..self.clone() }
    }

    /// The same database, whose typed rows are checked as they are read, or not, in place of
    /// [`validate_rows`](ConnectOptions::validate_rows).
    pub fn with_validated_rows(&self, validate: bool) -> Self {
        let limits = Limits { validate_rows: validate, ..self.limits.clone() };
        Self { limits, ..self.clone() }
    }

    /// How long calls wait for an open transaction.
    #[cfg(feature = "embedded")]
    pub(super) fn busy_timeout(&self) -> std::time::Duration {
        self.busy_timeout
    }

    /// Where statements run.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it, or a parameter is not of the type that the statement expects.
    pub async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        Session::database(self.backend(), self.limits())
            .check(sql)?
            .query(sql, Params::Inferred(params))
            .await
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
        Session::database(self.backend(), self.limits())
            .check(sql)?
            .execute(sql, Params::Inferred(params))
            .await
    }

    /// Runs statements that take no parameters, separated by semicolons, as one transaction of their own.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses one.
    pub async fn batch_execute(&self, sql: &str) -> Result<(), Error> {
        Session::database(self.backend(), self.limits()).check_script(sql)?.batch(sql).await
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

    /// What happens to the database from now on; the first event is [`Event::Connected`], whenever this is called.
    pub fn events(&self) -> Events {
        self.backend.monitor().events.listen()
    }

    /// The state of the database and its calls now; neither PostgreSQL nor another call is waited for, so that it can be
    /// asked for when all else waits.
    pub async fn diagnostics(&self) -> Diagnostics {
        let monitor = self.backend.monitor();
        let request = monitor.requests.begin(CallKind::Diagnostics, None);
        #[cfg(feature = "embedded")]
        let engine = self.backend.engine_state();
        #[cfg(not(feature = "embedded"))]
        let engine = None::<super::EngineState>;
        let pool = self.backend.pool_state();
        let sessions = engine.as_ref().map(|engine| engine.sessions).or(pool.map(|pool| pool.size));
        let (statements, times) = monitor.requests.statements();
        let (hits, misses) = monitor.statement_cache();
        let calls = monitor.requests.waiting();
        request.answer(Outcome::Ok);
        Diagnostics {
            mode: self.mode,
            version: env!("CARGO_PKG_VERSION"),
            postgres: monitor.version().map(str::to_owned),
            uptime: monitor.uptime(),
            engine,
            pool,
            sessions: sessions.unwrap_or_default(),
            queued: monitor.queued.read(),
            calls,
            open_transactions: monitor.transactions.read(),
            statements,
            times,
            statement_cache: StatementCache { hits, misses },
            resident_memory: memory_stats::memory_stats().map(|stats| stats.physical_mem as u64),
        }
    }

    /// Ends the database's threads and connections; every later call on any clone is an error of the kind
    /// [`ErrorKind::Closed`].
    ///
    /// A statement that runs on an embedded database is cancelled; one on a server may finish.
    ///
    /// # Errors
    ///
    /// Where a transaction or a stream on an embedded database stays open for longer than [`ConnectOptions::busy_timeout`], or its
    /// files cannot be written: it recovers when it is opened again.
    pub async fn close(&self) -> Result<(), Error> {
        self.backend.monitor().call(CallKind::Close, pin!(self.backend.close())).await
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
