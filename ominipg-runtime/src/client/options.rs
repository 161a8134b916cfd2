use std::fmt;
use std::time::Duration;

use super::redact::redact;
use super::{Mode, StatementLog};
#[cfg(feature = "embedded")]
use crate::embedded::BackupSource;
use crate::schema::Schema;

/// How long a server may take to answer, where nothing is said about it.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What to connect to, and how.
///
/// The url decides the mode: `:memory:` and `file://./data` are PostgreSQL in this process, on a worker thread;
/// `postgresql://user:password@host/database` is a server, reached directly.
///
/// A server's url takes libpq's parameters: several hosts with `target_session_attrs` and `load_balance_hosts`, `sslmode`,
/// `sslrootcert`, `channel_binding`, `connect_timeout`, `keepalives` and its like, `application_name` (`ominipg` where it
/// says nothing) and `options`; `host` may be the folder of a Unix socket. A password that it lacks comes from the variable
/// `PGPASSWORD`, or from `~/.pgpass`. `docs/SERVERS.md` tells more.
///
/// An encrypted connection always verifies the server's certificate. `sslmode=require` (the same as `verify-full` here)
/// insists on encryption and on the server's name in the certificate; `verify-ca` takes any name; `prefer`, the default, does
/// without encryption where the server has none or its certificate cannot be verified, and logs a warning; `disable` does not
/// try.
#[derive(Clone)]
#[must_use]
pub struct ConnectOptions {
    pub(super) url: String,
    pub(super) schema: Option<&'static Schema>,
    pub(super) create_tables: bool,
    pub(super) extensions: Vec<String>,
    pub(super) use_worker: Option<bool>,
    pub(super) max_connections: usize,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) prepare: bool,
    pub(super) statement_cache: usize,
    pub(super) server_statement_timeout: Option<Duration>,
    pub(super) busy_timeout: Duration,
    pub(super) statement_timeout: Option<Duration>,
    pub(super) validate_rows: bool,
    pub(super) log_parameters: bool,
    pub(super) slow_statements: Option<Duration>,
    #[cfg(feature = "embedded")]
    pub(super) embedded: crate::embedded::Options,
    #[cfg(feature = "embedded")]
    pub(super) backup: Option<BackupSource>,
    #[cfg(feature = "embedded")]
    pub(super) sync: crate::sync::SyncOptions,
}

impl ConnectOptions {
    /// Options for a url, with the defaults of everything else.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            schema: None,
            create_tables: false,
            extensions: Vec::new(),
            use_worker: None,
            max_connections: 10,
            connect_timeout: None,
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            prepare: true,
            statement_cache: 256,
            server_statement_timeout: None,
            busy_timeout: Duration::from_secs(30),
            statement_timeout: None,
            validate_rows: false,
            log_parameters: false,
            slow_statements: None,
            #[cfg(feature = "embedded")]
            embedded: crate::embedded::Options::default(),
            #[cfg(feature = "embedded")]
            backup: None,
            #[cfg(feature = "embedded")]
            sync: crate::sync::SyncOptions::default(),
        }
    }

    /// The schema that the database has, as the generator wrote it.
    pub fn schema(self, schema: &'static Schema) -> Self {
        Self { schema: Some(schema), ..self }
    }

    /// Creates the schema's tables where they are missing, in one transaction; off by default.
    pub fn create_tables(self, create: bool) -> Self {
        Self { create_tables: create, ..self }
    }

    /// PostgreSQL's extensions that the database uses, by their names; none by default.
    ///
    /// They are created where they are missing, with those that they require, and before the tables. A `file://` database
    /// needs the same extensions whenever it is opened: without, a statement that uses one is an error that says so.
    ///
    /// In an embedded database, each is behind a cargo feature: `extension-vector` for `vector`, `extension-pg-trgm` for
    /// `pg_trgm`, and `extensions-contrib` for all that PostgreSQL's own distribution has. An extension is compiled for the
    /// machine at its first use and then kept in the cache, beside the engine. On a server, whatever is installed there can
    /// be named.
    ///
    /// ```no_run
    /// # async fn open() -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::{ConnectOptions, Ominipg};
    ///
    /// let options = ConnectOptions::new("file://./data").extensions(["vector", "pg_trgm"]);
    /// let db = Ominipg::connect(options).await?;
    /// db.batch_execute("CREATE TABLE IF NOT EXISTS notes (body text, embedding vector(384))").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn extensions<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { extensions: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Whether a worker thread is used; by default for embedded databases only.
    pub fn use_worker(self, worker: bool) -> Self {
        Self { use_worker: Some(worker), ..self }
    }

    /// The most connections to a server at a time; 10 by default. An embedded database has one.
    pub fn max_connections(self, connections: usize) -> Self {
        Self { max_connections: connections, ..self }
    }

    /// How long a new connection to a server may take; 10 seconds by default, or what the url's `connect_timeout` says.
    /// Where the url names several hosts, each has that long.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self { connect_timeout: Some(timeout), ..self }
    }

    /// After how long a connection to a server is replaced by a new one, between two calls; 30 minutes by default, `None`
    /// for never. So it is found out that a name leads to another host, and what a long session gathers is let go.
    pub fn max_lifetime(self, lifetime: impl Into<Option<Duration>>) -> Self {
        Self { max_lifetime: lifetime.into(), ..self }
    }

    /// After how long without a call a connection to a server is closed; 10 minutes by default, `None` for never.
    pub fn idle_timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        Self { idle_timeout: timeout.into(), ..self }
    }

    /// Whether statements stay prepared on the connections to a server; on by default.
    ///
    /// Off, no statement has a name on the server, as a pooler needs that gives each transaction another connection:
    /// pgbouncer in transaction mode before 1.21, or with `max_prepared_statements = 0`. PostgreSQL then plans each
    /// statement anew. What is generated from a schema knows its types and takes one round trip still. A statement of your
    /// own with parameters takes one more the first time on each connection, for their types.
    ///
    /// Columns and parameters of types that the database defines itself, as by `CREATE TYPE`, are cast by your own SQL then
    /// (`mood::text`): looking them up takes prepared statements. COPY runs in a transaction.
    ///
    /// ```no_run
    /// # async fn open() -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::{ConnectOptions, Ominipg};
    ///
    /// let options = ConnectOptions::new("postgresql://app@pooler:6432/app").prepare(false);
    /// let db = Ominipg::connect(options).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn prepare(self, prepare: bool) -> Self {
        Self { prepare, ..self }
    }

    /// How many statements each connection to a server keeps prepared; 256 by default, 0 for none between two calls. The
    /// one unused for longest is closed on the server when another takes its place. An embedded database keeps 256.
    pub fn statement_cache(self, statements: usize) -> Self {
        Self { statement_cache: statements, ..self }
    }

    /// How long a server lets a statement run (its setting `statement_timeout`), also where this process is gone or hangs;
    /// what the server says itself by default.
    ///
    /// It is for each statement, where [`statement_timeout`](Self::statement_timeout) is for a call and is kept by this
    /// process. What takes longer gives an error of the kind [`Timeout`](crate::ErrorKind::Timeout) too. It is sent as one of
    /// the `options` at the start of a session, which pgbouncer takes from 1.20, or with `ignore_startup_parameters`.
    pub fn server_statement_timeout(self, timeout: Duration) -> Self {
        Self { server_statement_timeout: Some(timeout), ..self }
    }

    /// How long a call waits for a free connection, or for an embedded database's open transaction to end;
    /// 30 seconds by default.
    ///
    /// Clients of [`serve`](super::Ominipg::serve) wait as long for their turn, and then get the error 55P03.
    pub fn busy_timeout(self, timeout: Duration) -> Self {
        Self { busy_timeout: timeout, ..self }
    }

    /// How long a call may take, in all of its statements; without a limit by default.
    ///
    /// What takes longer is cancelled, and the call gives an error of the kind [`Timeout`](crate::ErrorKind::Timeout).
    /// [`Ominipg::with_timeout`](crate::Ominipg::with_timeout) sets it for some calls only.
    pub fn statement_timeout(self, timeout: Duration) -> Self {
        Self { statement_timeout: Some(timeout), ..self }
    }

    /// Whether typed rows are checked against the rules of their schemas as they are read; off by default.
    ///
    /// For tables that other programs write too. A row that breaks a rule gives an error of the kind
    /// [`Decode`](crate::ErrorKind::Decode), which names the table, the row's key and, in
    /// [`violations`](crate::Error::violations), every broken rule. That holds for whatever gives rows back: searches and their
    /// streams, relations, pages, and what inserts, updates and deletes return, which are done by then. Rows as plain SQL gives
    /// them, chosen columns and counts are not checked. [`Ominipg::with_validated_rows`](crate::Ominipg::with_validated_rows)
    /// sets it for some calls only.
    pub fn validate_rows(self, validate: bool) -> Self {
        Self { validate_rows: validate, ..self }
    }

    /// Whether the parameters of statements are told; off by default.
    ///
    /// Each statement is an event of [`tracing`] of the level `DEBUG`, on the target `ominipg::statement`: its operation, table,
    /// rows, time, mode, error and SQL. With this, its parameters too, each cut to some length. In what generated code sends,
    /// those of `writeOnly` columns stay hidden, and so does what cannot be told to belong to another column; the parameters
    /// of plain SQL are told as they are.
    pub fn log_parameters(self, log: bool) -> Self {
        Self { log_parameters: log, ..self }
    }

    /// From which time on a statement is told as a warning, on the same target; never by default.
    ///
    /// What it waited for a connection counts too.
    pub fn slow_statements(self, from: Duration) -> Self {
        Self { slow_statements: Some(from), ..self }
    }

    /// What is told of its statements.
    pub(super) fn log(&self, mode: Mode) -> StatementLog {
        StatementLog { mode: Some(mode), parameters: self.log_parameters, slow: self.slow_statements }
    }
}

/// Options of embedded databases. A server has settings of its own, and leaves these unused, as `:memory:` does with what is
/// about files. All sizes are in bytes.
#[cfg(feature = "embedded")]
impl ConnectOptions {
    /// Whether a commit may be acknowledged before it is on disk; off by default.
    ///
    /// It makes small commits several times as fast, and can cost the last of them: where the process or the machine dies,
    /// the commits of the 100 milliseconds up to the last answer may be gone, and where a statement was running then, those
    /// of the 100 milliseconds before it. What is lost is always the end: no commit goes without all that came after it, none is
    /// there in half, and the database is never damaged. An orderly [`close`](super::Ominipg::close) loses nothing.
    pub fn relaxed_durability(mut self, relaxed: bool) -> Self {
        self.embedded.relaxed_durability = relaxed;
        self
    }

    /// Whether tables are vacuumed and analysed while nobody asks anything; on by default.
    ///
    /// It is autovacuum as a server has it, with its usual thresholds: after a second without any statement, on the worker's
    /// thread, and only until the next statement comes. Without a worker ([`use_worker`](Self::use_worker)) there is no
    /// thread for it: run `VACUUM ANALYZE` from time to time.
    pub fn autovacuum(mut self, vacuum: bool) -> Self {
        self.embedded.autovacuum = vacuum;
        self
    }

    /// PostgreSQL's cache of table pages; 16 MB by default, from 1 MB to 1 GB.
    pub fn shared_buffers(mut self, bytes: u64) -> Self {
        self.embedded.shared_buffers = bytes;
        self
    }

    /// About how much write-ahead log is kept before a checkpoint puts its changes in their place; 64 MB by default, from
    /// 8 MB to 64 GB. More makes long loads faster, and recovery after a crash slower.
    pub fn max_wal_size(mut self, bytes: u64) -> Self {
        self.embedded.max_wal_size = bytes;
        self
    }

    /// The most memory that PostgreSQL may have, its shared buffers among it; 1 GB by default, from 96 MB to 4 GB, and at
    /// least 80 MB more than `shared_buffers`. A statement that needs more fails with PostgreSQL's error 53200, out of
    /// memory, and the database lives on. Files of a `:memory:` database lie outside of it.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.embedded.memory_limit = bytes;
        self
    }

    /// Restores a backup that [`Ominipg::dump`](super::Ominipg::dump) wrote: the new database begins with its contents.
    ///
    /// A database in memory is filled from the file. One in a folder is made there, aside first, and appears whole or not
    /// at all; a folder that holds a database already is an error of the kind
    /// [`ErrorKind::Backup`](crate::ErrorKind::Backup), and so is a file that is truncated, damaged or of another version.
    /// A backup of a folder can be restored in memory, and the other way round. The extensions that it uses are named with
    /// [`extensions`](Self::extensions), as for any database.
    ///
    /// ```no_run
    /// # async fn open() -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::{ConnectOptions, Ominipg};
    ///
    /// let options = ConnectOptions::new("file://./data").restore_from("backup.tar.zst");
    /// let db = Ominipg::connect(options).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn restore_from(self, path: impl Into<std::path::PathBuf>) -> Self {
        Self { backup: Some(BackupSource::File(path.into())), ..self }
    }

    /// As [`restore_from`](Self::restore_from), from anything that can be read; once, also by clones of these options.
    pub fn restore_from_reader(self, reader: impl std::io::Read + Send + 'static) -> Self {
        Self { backup: Some(BackupSource::reader(reader)), ..self }
    }
}

/// Sync of an embedded database with a server. See [`Ominipg::sync`](super::Ominipg::sync).
#[cfg(feature = "embedded")]
impl ConnectOptions {
    /// The server that changes are sent to: a url as a server's [`url`](Self::new) is.
    ///
    /// The changes of the schema's tables that say so with `x-ominipg.sync` are captured from now on, and what is in them
    /// already is sent too. The server is not asked before the first [`sync`](super::Ominipg::sync): it need not be there.
    ///
    /// ```no_run
    /// # async fn open() -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::{ConnectOptions, Ominipg, SyncTable};
    ///
    /// let options = ConnectOptions::new("file://./data")
    ///     .sync_url("postgresql://app@db.example.com/app")
    ///     .sync_table(SyncTable::new("notes"));
    /// let db = Ominipg::connect(options).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn sync_url(mut self, url: impl Into<String>) -> Self {
        self.sync.url = Some(url.into());
        self
    }

    /// A table to sync beside those that the schema says.
    pub fn sync_table(mut self, table: crate::sync::SyncTable) -> Self {
        self.sync.tables.push(table);
        self
    }

    /// Whether the server is given what sync needs there, where that is missing; on by default. Else let somebody run what
    /// [`sync_setup_sql`](super::Ominipg::sync_setup_sql) gives.
    pub fn sync_setup(mut self, set_up: bool) -> Self {
        self.sync.set_up = set_up;
        self
    }

    /// A rule of the program's own for conflicts, in tables whose `x-ominipg.sync` says `callback`. Without it, the later
    /// change wins.
    ///
    /// It is called within a transaction on the server, which may be tried again: it decides, and does nothing else.
    pub fn on_conflict(
        mut self,
        rule: impl Fn(&crate::sync::SyncConflict) -> crate::sync::Resolution + Send + Sync + 'static,
    ) -> Self {
        self.sync.resolver = Some(crate::sync::Resolver(std::sync::Arc::new(rule)));
        self
    }

    /// How long a statement on the sync server may take; 60 seconds by default. A connection that gives no answer is given
    /// up then, and the next sync makes another.
    pub fn sync_timeout(mut self, timeout: Duration) -> Self {
        self.sync.timeout = timeout;
        self
    }

    /// How many changes are sent at once, in whole transactions; 10,000 by default.
    pub fn sync_batch(mut self, changes: usize) -> Self {
        self.sync.batch = changes.max(1);
        self
    }
}

impl From<&str> for ConnectOptions {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for ConnectOptions {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("ConnectOptions");
        fields
            .field("url", &redact(&self.url))
            .field("create_tables", &self.create_tables)
            .field("extensions", &self.extensions)
            .field("use_worker", &self.use_worker)
            .field("max_connections", &self.max_connections)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_lifetime", &self.max_lifetime)
            .field("idle_timeout", &self.idle_timeout)
            .field("prepare", &self.prepare)
            .field("statement_cache", &self.statement_cache)
            .field("server_statement_timeout", &self.server_statement_timeout)
            .field("busy_timeout", &self.busy_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("validate_rows", &self.validate_rows)
            .field("log_parameters", &self.log_parameters)
            .field("slow_statements", &self.slow_statements);
        #[cfg(feature = "embedded")]
        fields.field("embedded", &self.embedded);
        fields.finish_non_exhaustive()
    }
}
