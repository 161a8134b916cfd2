//! What clients connect to.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, lookup_host};

use super::options::Place;
#[cfg(unix)]
use super::socket_file::SocketFile;
use crate::error::{Error, ErrorKind};

/// A client's connection.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Socket for T {}

/// A socket that is listened on.
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        /// Goes away with the listener.
        _file: SocketFile,
    },
}

/// Where clients find it.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    Address(SocketAddr),
    #[cfg(unix)]
    Socket {
        folder: PathBuf,
        port: u16,
    },
}

impl Listener {
    /// Listens; without a password only where no other machine, and no other user of a socket, can connect.
    pub(super) async fn bind(place: &Place, has_password: bool) -> Result<(Self, Bound), Error> {
        match place {
            Place::Address(address) => {
                let listener = bind_address(address, has_password).await?;
                let local = listener.local_addr().map_err(|error| cannot_listen(address, error))?;
                Ok((Self::Tcp(listener), Bound::Address(local)))
            }
            #[cfg(unix)]
            Place::Socket(path) => {
                let (listener, file) = SocketFile::bind(path).await?;
                let bound = Bound::Socket { folder: file.folder().to_owned(), port: file.port() };
                Ok((Self::Unix { listener, _file: file }, bound))
            }
        }
    }

    /// Waits for the next client.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Socket>> {
        match self {
            Self::Tcp(listener) => {
                let (socket, _) = listener.accept().await?;
                // A client that is gone already refuses these. Answers go out at once, and a client whose machine is
                // gone does not keep its transaction open for ever.
                let _ = socket.set_nodelay(true);
                let _ = SockRef::from(&socket).set_keepalive(true);
                Ok(Box::new(socket))
            }
            #[cfg(unix)]
            Self::Unix { listener, .. } => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

async fn bind_address(address: &str, has_password: bool) -> Result<TcpListener, Error> {
    let addresses: Vec<SocketAddr> = lookup_host(address)
        .await
        .map_err(|error| {
            let message = format!("`{address}` is no address to serve on, as `127.0.0.1:5433` is: {error}");
            Error::new(ErrorKind::Options, message)
        })?
        .collect();
    if !has_password && !addresses.iter().all(|address| address.ip().to_canonical().is_loopback()) {
        let message = format!(
            "`{address}` can be reached from other machines, and whoever connects is the database's superuser: \
             ask for a password (`ServeOptions::new(\"{address}\").password(…)`), or serve on 127.0.0.1"
        );
        return Err(Error::new(ErrorKind::Options, message));
    }
    TcpListener::bind(&addresses[..]).await.map_err(|error| cannot_listen(address, error))
}

fn cannot_listen(place: &str, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => "; another program does, so take another port, or port 0 for a free one",
        _ => "",
    };
    Error::new(ErrorKind::Connect, format!("cannot listen on {place}: {error}{hint}"))
}
