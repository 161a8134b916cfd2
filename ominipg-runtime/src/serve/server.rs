use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::door::Door;
use super::listener::{Bound, Listener, Socket};
use super::options::{Password, ServeOptions};
use super::scram::Login;
use super::sessions::Sessions;
use super::{DATABASE, connection};
use crate::error::{Error, ErrorKind};

/// An embedded database that other clients can connect to; dropping it stops that and ends their sessions.
///
/// It keeps its database open. Closing the database ends the sessions.
#[must_use = "dropping a server ends it"]
pub struct Server {
    bound: Bound,
    user: String,
    stop: DropGuard,
    accepting: JoinHandle<()>,
}

impl Server {
    /// The address that is listened on; `None` where it is a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match self.bound {
            Bound::Address(address) => Some(address),
            #[cfg(unix)]
            Bound::Socket { .. } => None,
        }
    }

    /// What clients connect with, without a password: `postgresql://postgres@127.0.0.1:5433/postgres`.
    pub fn url(&self) -> String {
        let place = match &self.bound {
            Bound::Address(address) => reachable(*address).to_string(),
            #[cfg(unix)]
            Bound::Socket { folder, port } => format!("{}:{port}", encode(&folder.to_string_lossy())),
        };
        format!("postgresql://{}@{place}/{DATABASE}", encode(&self.user))
    }

    /// Ends it: no client is accepted any more, and those who are connected are told to go. Returns when they have.
    pub async fn close(self) {
        drop(self.stop);
        // It ends early only where the runtime does.
        let _ = self.accepting.await;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// What must be escaped in a url.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encode(text: &str) -> impl fmt::Display {
    utf8_percent_encode(text, ESCAPED)
}

/// An address of this machine, where every one of them is listened on.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Serves `sessions`; `database` is held until the last of them has ended.
pub(crate) async fn serve<S: Sessions>(
    sessions: S,
    database: impl Send + 'static,
    options: ServeOptions,
) -> Result<Server, Error> {
    if Handle::try_current().is_err() {
        return Err(Error::new(ErrorKind::Options, "serve must be called from within a tokio runtime"));
    }
    let door = Arc::new(door(&options)?);
    let (listener, bound) = Listener::bind(&options.place, door.login.is_some()).await?;
    let stop = CancellationToken::new();
    let accepting = {
        let stop = stop.clone();
        tokio::spawn(async move {
            accept_all(listener, sessions, door, stop).await;
            drop(database);
        })
    };
    Ok(Server { bound, user: options.user, stop: stop.drop_guard(), accepting })
}

fn door(options: &ServeOptions) -> Result<Door, Error> {
    let wrong = |message: &str| Err(Error::new(ErrorKind::Options, message));
    if options.max_connections == 0 {
        return wrong("`max_connections` must be at least 1");
    }
    if options.user.is_empty() || options.user.contains('\0') {
        return wrong("`user` must be a name, such as `postgres`");
    }
    let login = match &options.password {
        Password::None => None,
        Password::Empty => return wrong("the password is empty: set one, or leave `password` out"),
        Password::Is(verifier) => Some(Login::new(&options.user, verifier.clone()).map_err(|error| {
            Error::new(ErrorKind::Connect, format!("the system gives no random numbers: {error}"))
        })?),
    };
    let max_connections = options.max_connections.min(Semaphore::MAX_PERMITS / 4);
    Ok(Door {
        user: options.user.clone(),
        login,
        authentication_timeout: options.authentication_timeout,
        max_connections,
        free: Arc::new(Semaphore::new(max_connections)),
    })
}

/// How many sockets may be open beside those that have a place: clients that log in, cancel, or are turned away.
const AT_THE_DOOR: usize = 64;

/// How long to wait before the next client where one could not be accepted: the cause may pass, as too many open files do.
const PAUSE: Duration = Duration::from_millis(100);

async fn accept_all<S: Sessions>(listener: Listener, sessions: S, door: Arc<Door>, stop: CancellationToken) {
    let sockets = Arc::new(Semaphore::new(door.max_connections + AT_THE_DOOR));
    let mut clients = JoinSet::new();
    while let Some(accepted) = stop.run_until_cancelled(accept(&listener, &sockets)).await {
        // Those that have ended are let go of.
        while clients.try_join_next().is_some() {}
        match accepted {
            Ok((mut socket, slot)) => {
                let (sessions, door, stop) = (sessions.clone(), Arc::clone(&door), stop.clone());
                clients.spawn(async move {
                    connection::serve(&mut socket, sessions, &door, &stop).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(target: "ominipg::serve", "a client could not be accepted: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    while clients.join_next().await.is_some() {}
}

/// The next client, once there is room for it: until then it waits in the system's queue.
async fn accept(
    listener: &Listener,
    sockets: &Arc<Semaphore>,
) -> io::Result<(Box<dyn Socket>, OwnedSemaphorePermit)> {
    let slot = Arc::clone(sockets).acquire_owned().await.map_err(io::Error::other)?;
    Ok((listener.accept().await?, slot))
}
