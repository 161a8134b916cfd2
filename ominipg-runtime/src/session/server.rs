use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
#[cfg(feature = "tls")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{CancelToken, Client, NoTls, SimpleQueryMessage};

use super::address::{Address, Attempt, Role, place};
use super::connection::Connection;
use super::notices;
use super::statements::Keeping;
#[cfg(feature = "tls")]
use super::tls::Tls;
use super::wire::{OnMessage, Wire};
use crate::client::Monitor;
use crate::error::{Error, ErrorKind, chain};

/// A PostgreSQL server and how it is reached.
#[derive(Clone)]
pub(crate) struct Server {
    address: Arc<Address>,
    settings: ConnectionSettings,
    monitor: Arc<Monitor>,
    /// The runtime that moves the connections' bytes; the caller's own where there is none.
    driver: Option<Handle>,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    /// The hosts for which `sslmode=prefer` has to do without encryption.
    #[cfg(feature = "tls")]
    plain: Arc<[AtomicBool]>,
}

/// What every connection to a server has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionSettings {
    /// How long one of the server's hosts may take to answer.
    pub(crate) timeout: Duration,
    /// What becomes of statements once they ran.
    pub(crate) keeping: Keeping,
    /// How long the server lets a statement run.
    pub(crate) statement_timeout: Option<Duration>,
}

/// Whether a connection was made, or why not.
type Handshake = Result<(Client, Arc<Wire>), Refused>;

/// Why a host is not the one.
enum Refused {
    /// It does not answer, or not as it should.
    Failed(tokio_postgres::Error),
    /// It is not what the url asks for.
    Is(Role),
}

impl From<tokio_postgres::Error> for Refused {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failed(error)
    }
}

impl Server {
    /// A server at an address.
    pub(crate) fn new(
        mut address: Address,
        settings: ConnectionSettings,
        monitor: Arc<Monitor>,
    ) -> Result<Self, Error> {
        #[cfg(feature = "tls")]
        let tls = match address.hosts.iter().all(|host| host.get_ssl_mode() == SslMode::Disable) {
            true => None,
            false => Some(Tls::new(&address)?),
        };
        #[cfg(not(feature = "tls"))]
        if address.hosts.iter().any(|host| host.get_ssl_mode() == SslMode::Require)
            || address.root_certificate.is_some()
            || address.client_certificate.is_some()
            || address.any_name
        {
            let message = "the url asks for an encrypted connection: build with the cargo feature `tls`";
            return Err(Error::new(ErrorKind::Options, message));
        }
        if let Some(timeout) = settings.statement_timeout {
            for host in &mut address.hosts {
                // What the url says comes later, and so counts.
                let own = format!("-c statement_timeout={}", timeout.as_millis().clamp(1, i32::MAX as u128));
                let options = host.get_options().map_or(own.clone(), |given| format!("{own} {given}"));
                host.options(options);
            }
        }
        Ok(Self {
            #[cfg(feature = "tls")]
            plain: address.hosts.iter().map(|_| AtomicBool::new(false)).collect(),
            address: Arc::new(address),
            settings,
            monitor,
            driver: None,
            #[cfg(feature = "tls")]
            tls,
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
        let monitor = Arc::clone(&self.monitor);
        let connection = match &self.driver {
            None => {
                let (client, wire) = self.connect_here(on_message).await?;
                Connection::with_wire(client, wire, monitor)
            }
            Some(driver) => {
                let server = Self { driver: None, ..self.clone() };
                // The wire's keeper is spawned where this runs, so on the driver, which moves all of its bytes.
                let task = driver.spawn(async move { server.connect_here(on_message).await });
                let connected = task.await.map_err(|_| self.unreachable("the worker thread has ended"))?;
                let (client, wire) = connected?;
                Connection::new(client, wire.end().clone(), monitor)
            }
        };
        Ok(connection.with_settings(self.settings))
    }

    /// Tries the hosts until one answers.
    async fn connect_here(&self, on_message: OnMessage) -> Result<(Client, Arc<Wire>), Error> {
        let mut on_message = Some(on_message);
        let mut failures: Vec<String> = Vec::new();
        let mut cause = None;
        for attempt in self.address.attempts() {
            let handshake = Box::pin(self.handshake(&attempt, &mut on_message));
            let (failure, last) = match tokio::time::timeout(self.settings.timeout, handshake).await {
                Ok(Ok(connected)) => return Ok(connected),
                Ok(Err(Refused::Is(Role::Primary))) => ("it is the primary".to_owned(), false),
                Ok(Err(Refused::Is(Role::Standby))) => ("it is a standby".to_owned(), false),
                Ok(Err(Refused::Failed(error))) => {
                    // As libpq does: the other hosts would be asked with the same wrong password.
                    let is_refusal = error.code().is_some_and(|code| code.code().starts_with("28"));
                    let reason = self.reason(&error);
                    cause = Some(error);
                    (reason, is_refusal)
                }
                Err(_) => (format!("no answer within {:?}", self.settings.timeout), false),
            };
            let failure = match self.address.hosts.len() {
                1 => failure,
                _ => format!("{}: {failure}", place(&attempt.config)),
            };
            if !failures.contains(&failure) {
                failures.push(failure);
            }
            if last {
                break;
            }
        }
        let error = self.unreachable(&failures.join("; "));
        Err(match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        })
    }

    async fn handshake(&self, attempt: &Attempt, on_message: &mut Option<OnMessage>) -> Handshake {
        let mut taken = || on_message.take().expect("only a connection that was made takes it");
        #[cfg(feature = "tls")]
        if let Some(tls) = self.encryption(attempt) {
            match attempt.config.connect(tls.connector()).await {
                Ok((client, mut connection)) => {
                    check_role(attempt, &client, &mut connection).await?;
                    return Ok((client, self.wire(connection, taken())));
                }
                Err(error) if self.may_do_without(attempt, &error) => {
                    self.plain[attempt.place].store(true, Ordering::Relaxed);
                }
                Err(error) => return Err(error.into()),
            }
        }
        let (client, mut connection) = attempt.config.connect(NoTls).await?;
        check_role(attempt, &client, &mut connection).await?;
        Ok((client, self.wire(connection, taken())))
    }

    /// Takes a connection that was made.
    fn wire<S, T>(&self, mut connection: tokio_postgres::Connection<S, T>, on_message: OnMessage) -> Arc<Wire>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.monitor.connected_to(connection.parameter("server_version"));
        Wire::new(move |cx| connection.poll_message(cx), on_message).kept()
    }

    /// Stops the statement that `token` stands for.
    pub(super) async fn cancel(&self, token: CancelToken) -> Result<(), tokio_postgres::Error> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            match token.cancel_query(tls.connector()).await {
                // Its host is one of those that do without.
                Err(error) if is_tls(&error) && self.prefers_encryption() => {}
                result => return result,
            }
        }
        token.cancel_query(NoTls).await
    }

    #[cfg(feature = "tls")]
    fn prefers_encryption(&self) -> bool {
        self.address.hosts.iter().any(|host| host.get_ssl_mode() == SslMode::Prefer)
    }

    #[cfg(feature = "tls")]
    fn encryption(&self, attempt: &Attempt) -> Option<&Tls> {
        let is_plain = attempt.config.get_ssl_mode() == SslMode::Disable
            || self.plain[attempt.place].load(Ordering::Relaxed);
        self.tls.as_ref().filter(|_| !is_plain)
    }

    /// `prefer` takes a connection without encryption where the server's certificate cannot be verified.
    #[cfg(feature = "tls")]
    fn may_do_without(&self, attempt: &Attempt, error: &tokio_postgres::Error) -> bool {
        let without = attempt.config.get_ssl_mode() == SslMode::Prefer && is_tls(error);
        if without {
            let (place, reason) = (place(&attempt.config), chain(error));
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
        let config = self.address.any();
        let (place, user) = (self.address.places(), config.get_user().unwrap_or("(none)"));
        let database = config.get_dbname().or(config.get_user()).unwrap_or("(none)");
        let message = format!("cannot connect to {place} as user `{user}`, database `{database}`: {reason}");
        Error::new(ErrorKind::Connect, message)
    }

    /// How long one of its hosts may take to answer.
    pub(super) fn timeout(&self) -> Duration {
        self.settings.timeout
    }
}

/// Sees that a server is what its url asks for.
async fn check_role<S, T>(
    attempt: &Attempt,
    client: &Client,
    connection: &mut tokio_postgres::Connection<S, T>,
) -> Result<(), Refused>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let Some(wanted) = attempt.role else { return Ok(()) };
    // As `read-write` and `read-only` are found out, but PostgreSQL says it by itself only from version 14 on.
    let mut asked = pin!(client.simple_query("SELECT pg_catalog.pg_is_in_recovery()"));
    let answer = poll_fn(|cx| {
        while let Poll::Ready(Some(message)) = connection.poll_message(cx) {
            // Nobody listens yet to what else it says.
            message?;
        }
        asked.as_mut().poll(cx)
    });
    let is_standby = answer.await?.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("t"),
        _ => false,
    });
    match (wanted, is_standby) {
        (Role::Primary, true) => Err(Refused::Is(Role::Standby)),
        (Role::Standby, false) => Err(Refused::Is(Role::Primary)),
        _ => Ok(()),
    }
}

/// Whether an error is about encryption; the library's fixed phrase is all there is to go by.
fn is_tls(error: &tokio_postgres::Error) -> bool {
    error.to_string() == "error performing TLS handshake"
}
