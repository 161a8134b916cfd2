use super::Mode;
use super::location::{Location, ServerUrl};
use super::options::ConnectOptions;
#[cfg(not(feature = "embedded"))]
use super::redact;
use crate::error::{Error, ErrorKind};
use crate::session::{Backend, Host, PoolSize, Server, Worker};

/// Chooses the mode and makes the first connection.
pub(super) async fn open(options: &ConnectOptions) -> Result<(Backend, Mode), Error> {
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

async fn server(options: &ConnectOptions, url: ServerUrl) -> Result<(Backend, Mode), Error> {
    if options.max_connections == 0 {
        return Err(Error::new(ErrorKind::Options, "`max_connections` must be at least 1"));
    }
    let size = PoolSize { connections: options.max_connections, wait: options.busy_timeout };
    let server = Server::new(url.config, url.root_certificate.as_deref(), options.connect_timeout)?;
    if options.use_worker == Some(true) {
        let worker = Worker::start()?;
        let server = server.driven_by(worker.driver());
        return Ok((Backend::pool(server, size, Host::Worker(worker)).await?, Mode::ServerWorker));
    }
    Ok((Backend::pool(server, size, Host::Caller).await?, Mode::Direct))
}

async fn embedded(options: &ConnectOptions, location: Location) -> Result<(Backend, Mode), Error> {
    let mode = if options.use_worker == Some(false) { Mode::Embedded } else { Mode::EmbeddedWorker };
    Ok((start(options, location).await?, mode))
}

#[cfg(feature = "embedded")]
async fn start(options: &ConnectOptions, location: Location) -> Result<Backend, Error> {
    use crate::embedded;

    let location = match location {
        Location::Folder(path) => embedded::Location::Folder(path),
        _ => embedded::Location::Memory,
    };
    let embedded = embedded::Embedded::open(location, options.use_worker != Some(false)).await?;
    let connection = embedded.connect().await?;
    Ok(Backend::only(connection, options.busy_timeout, Host::Embedded(embedded)))
}

#[cfg(not(feature = "embedded"))]
async fn start(options: &ConnectOptions, _: Location) -> Result<Backend, Error> {
    let message = format!(
        "`{}` is an embedded database: build with the cargo feature `embedded`",
        redact::redact(&options.url)
    );
    Err(Error::new(ErrorKind::Options, message))
}
