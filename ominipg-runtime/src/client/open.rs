#[cfg(feature = "embedded")]
use std::pin::Pin;
use std::sync::Arc;

use super::location::Location;
use super::options::{CONNECT_TIMEOUT, ConnectOptions};
#[cfg(not(feature = "embedded"))]
use super::redact;
use super::server_url::ServerUrl;
use super::{Mode, Monitor};
use crate::error::{Error, ErrorKind};
use crate::session::{Backend, ConnectionSettings, Host, Keeping, PoolOptions, Server, Worker};
use crate::sql::create_extension;

/// A database that answers.
pub(super) struct Opened {
    pub(super) backend: Backend,
    pub(super) mode: Mode,
    /// Statements that put its extensions to use.
    pub(super) setup: Vec<String>,
}

/// Chooses the mode and makes the first connection.
pub(super) async fn open(options: &ConnectOptions) -> Result<Opened, Error> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Error::new(ErrorKind::Options, "connect must be called from within a tokio runtime"));
    }
    if options.create_tables && options.schema.is_none() {
        let message = "`create_tables` needs to know the tables: add `.schema(&SCHEMA)`";
        return Err(Error::new(ErrorKind::Options, message));
    }
    match Location::parse(&options.url)? {
        Location::Server(url) => server(options, *url).await,
        location => embedded(options, location).await,
    }
}

async fn server(options: &ConnectOptions, url: ServerUrl) -> Result<Opened, Error> {
    if options.max_connections == 0 {
        return Err(Error::new(ErrorKind::Options, "`max_connections` must be at least 1"));
    }
    #[cfg(feature = "embedded")]
    if options.backup.is_some() {
        let message = "a backup is restored into an embedded database, and the url names a server: connect to `:memory:` or \
                       `file://./folder`";
        return Err(Error::new(ErrorKind::Options, message));
    }
    #[cfg(feature = "embedded")]
    if options.sync.url.is_some() {
        let message = "`sync_url` is for an embedded database, and the url names a server: connect to `:memory:` or \
                       `file://./folder`";
        return Err(Error::new(ErrorKind::Options, message));
    }
    let pool = PoolOptions {
        connections: options.max_connections,
        wait: options.busy_timeout,
        max_lifetime: options.max_lifetime,
        idle_timeout: options.idle_timeout,
    };
    let settings = ConnectionSettings {
        timeout: options.connect_timeout.or(url.connect_timeout).unwrap_or(CONNECT_TIMEOUT),
        keeping: match options.prepare {
            true => Keeping::Prepared(options.statement_cache),
            false => Keeping::Nothing(options.statement_cache),
        },
        statement_timeout: options.server_statement_timeout,
    };
    let mode = if options.use_worker == Some(true) { Mode::ServerWorker } else { Mode::Direct };
    let monitor = Arc::new(Monitor::new(options.log(mode)));
    let server = Server::new(url.address, settings, monitor)?;
    let backend = if mode == Mode::ServerWorker {
        let worker = Worker::start()?;
        let server = server.driven_by(worker.driver());
        Backend::pool(server, pool, Host::Worker(worker)).await?
    } else {
        Backend::pool(server, pool, Host::Caller).await?
    };
    let setup = options.extensions.iter().map(|name| create_extension(name)).collect();
    Ok(Opened { backend, mode, setup })
}

async fn embedded(options: &ConnectOptions, location: Location) -> Result<Opened, Error> {
    start(options, location).await
}

#[cfg(feature = "embedded")]
async fn start(options: &ConnectOptions, location: Location) -> Result<Opened, Error> {
    use crate::embedded;

    let extensions = embedded::Selection::named(&options.extensions)?;
    let setup = extensions.statements();
    let location = match location {
        Location::Folder(path) => embedded::Location::Folder(path),
        _ => embedded::Location::Memory,
    };
    options.embedded.check()?;
    let with_worker = options.use_worker != Some(false);
    let backup = options.backup.clone();
    let mut engine_options = options.embedded.clone();
    engine_options.busy_timeout = options.busy_timeout;
    let embedded =
        embedded::Embedded::open(location, engine_options, extensions, with_worker, backup).await?;
    let mode = if with_worker { Mode::EmbeddedWorker } else { Mode::Embedded };
    let (sessions, monitor) = (embedded.sessions(), Arc::new(Monitor::new(options.log(mode))));
    let connection = sessions.connect(Arc::clone(&monitor)).await?;
    // PostgreSQL may end a session, as with `idle_in_transaction_session_timeout`, and live on.
    let reconnect = Box::new(move || {
        let (sessions, monitor) = (sessions.clone(), Arc::clone(&monitor));
        Box::pin(async move { sessions.connect(monitor).await }) as Pin<Box<_>>
    });
    let backend = Backend::only(connection, options.busy_timeout, reconnect, Host::Embedded(embedded));
    Ok(Opened { backend, mode, setup })
}

#[cfg(not(feature = "embedded"))]
async fn start(options: &ConnectOptions, _: Location) -> Result<Opened, Error> {
    let message = format!(
        "`{}` is an embedded database: build with the cargo feature `embedded`",
        redact::redact(&options.url)
    );
    Err(Error::new(ErrorKind::Options, message))
}
