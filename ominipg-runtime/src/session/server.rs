use std::future::poll_fn;
use std::sync::Arc;
#[cfg(feature = "tls")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{CancelToken, Client, Config, NoTls};

use super::connection::Connection;
use super::ended::Ended;
use super::line::OnMessage;
use super::notices;
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::client::Monitor;
use crate::error::{Error, ErrorKind, chain};

/// A PostgreSQL server and how it is reached.
#[derive(Clone)]
pub(crate) struct Server {
    config: Config,
    timeout: Duration,
    monitor: Arc<Monitor>,
    /// The runtime that moves the connections' bytes; the caller's own where there is none.
    driver: Option<Handle>,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    /// Whether `sslmode=prefer` has to do without encryption.
    #[cfg(feature = "tls")]
    plain: Arc<AtomicBool>,
}

impl Server {
    /// A server; `root_certificate` is a file of certificates to trust instead of the system's.
    pub(crate) fn new(
        config: Config,
        root_certificate: Option<&std::path::Path>,
        timeout: Duration,
        monitor: Arc<Monitor>,
    ) -> Result<Self, Error> {
        #[cfg(feature = "tls")]
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(Tls::new(root_certificate)?),
        };
        #[cfg(not(feature = "tls"))]
        if config.get_ssl_mode() == SslMode::Require || root_certificate.is_some() {
            let message = "the url asks for an encrypted connection: build with the cargo feature `tls`";
            return Err(Error::new(ErrorKind::Options, message));
        }
        Ok(Self {
            config,
            timeout,
            monitor,
            driver: None,
            #[cfg(feature = "tls")]
            tls,
            #[cfg(feature = "tls")]
            plain: Arc::default(),
        })
    }

    /// Lets `driver` move the connections' bytes.
    pub(crate) fn driven_by(self, driver: Handle) -> Self {
        Self { driver: Some(driver), ..self }
    }

    /// What is told of its connections.
    pub(super) fn monitor(&self) -> &Arc<Monitor> {
        &self.monitor
    }

    /// Makes a connection.
    ///
    /// # Errors
    ///
    /// Names host, port and reason, never the password.
    pub(crate) async fn connect(&self) -> Result<Connection, Error> {
        self.connect_with(notices::listener(Arc::clone(&self.monitor))).await
    }

    /// Makes a connection; `on_message` takes what the server sends on its own, and is dropped when the connection ends.
    pub(super) async fn connect_with(&self, on_message: OnMessage) -> Result<Connection, Error> {
        let (client, ended) = match &self.driver {
            None => self.connect_here(on_message).await?,
            Some(driver) => {
                let server = Self { driver: None, ..self.clone() };
                // The connection's task is spawned where this runs, so on the driver.
                let task = driver.spawn(async move { server.connect_here(on_message).await });
                task.await.map_err(|_| self.unreachable("the worker thread has ended"))??
            }
        };
        Ok(Connection::new(Arc::new(client), ended, Arc::clone(&self.monitor)))
    }

    async fn connect_here(&self, on_message: OnMessage) -> Result<(Client, Ended), Error> {
        match tokio::time::timeout(self.timeout, self.handshake(on_message)).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => Err(self.unreachable(&self.reason(&error)).with_source(error)),
            Err(_) => Err(self.unreachable(&format!("no answer within {:?}", self.timeout))),
        }
    }

    async fn handshake(&self, on_message: OnMessage) -> Result<(Client, Ended), tokio_postgres::Error> {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.encryption() {
            match self.config.connect(tls.connector()).await {
                Ok((client, connection)) => return Ok((client, self.drive(connection, on_message))),
                Err(error) if self.may_do_without(&error) => self.plain.store(true, Ordering::Relaxed),
                Err(error) => return Err(error),
            }
        }
        let (client, connection) = self.config.connect(NoTls).await?;
        Ok((client, self.drive(connection, on_message)))
    }

    /// Lets a task move a connection's bytes until it ends; gives where that says why it did.
    fn drive<S, T>(
        &self,
        mut connection: tokio_postgres::Connection<S, T>,
        mut on_message: OnMessage,
    ) -> Ended
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        self.monitor.connected_to(connection.parameter("server_version"));
        let ended = Ended::default();
        let reason = ended.clone();
        tokio::spawn(async move {
            while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
                match message {
                    Ok(message) => on_message(message),
                    Err(error) => {
                        tracing::debug!(error = %chain(&error), "a connection ended");
                        // Before the client learns that it is closed, which it does when `connection` goes.
                        reason.note(error);
                        break;
                    }
                }
            }
        });
        ended
    }

    /// Stops the statement that `token` stands for.
    pub(super) async fn cancel(&self, token: CancelToken) -> Result<(), tokio_postgres::Error> {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.encryption() {
            return token.cancel_query(tls.connector()).await;
        }
        token.cancel_query(NoTls).await
    }

    #[cfg(feature = "tls")]
    fn encryption(&self) -> Option<&Tls> {
        self.tls.as_ref().filter(|_| !self.plain.load(Ordering::Relaxed))
    }

    /// `prefer` takes a connection without encryption where the server's certificate cannot be verified.
    #[cfg(feature = "tls")]
    fn may_do_without(&self, error: &tokio_postgres::Error) -> bool {
        let without = self.config.get_ssl_mode() == SslMode::Prefer && is_tls(error);
        if without {
            let (place, reason) = (self.place(), chain(error));
            tracing::warn!(%place, %reason, "the connection is not encrypted; `sslmode=require` makes this an error");
        }
        without
    }

    fn reason(&self, error: &tokio_postgres::Error) -> String {
        let text = chain(error);
        if is_tls(error) && text.contains("certificate") {
            return format!(
                "{text}. The server's certificate is always verified: name the file of its authority in the url, as \
                 in `sslrootcert=ca.pem`"
            );
        }
        match error.as_db_error() {
            Some(error) => format!("{} (SQLSTATE {})", error.message(), error.code().code()),
            None => text,
        }
    }

    fn unreachable(&self, reason: &str) -> Error {
        let (place, user) = (self.place(), self.config.get_user().unwrap_or("(none)"));
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or("(none)");
        let message = format!("cannot connect to {place} as user `{user}`, database `{database}`: {reason}");
        Error::new(ErrorKind::Connect, message)
    }

    /// Hosts and ports, as `localhost:5432`.
    fn place(&self) -> String {
        let ports = self.config.get_ports();
        let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let hosts = self.config.get_hosts().iter().enumerate().map(|(index, host)| match host {
            Host::Tcp(name) => format!("{name}:{}", port(index)),
            #[cfg(unix)]
            Host::Unix(folder) => format!("{}/.s.PGSQL.{}", folder.display(), port(index)),
        });
        hosts.collect::<Vec<_>>().join(", ")
    }
}

/// Whether an error is about encryption; the library's fixed phrase is all there is to go by.
fn is_tls(error: &tokio_postgres::Error) -> bool {
    error.to_string() == "error performing TLS handshake"
}
