use std::fmt;
#[cfg(unix)]
use std::path::PathBuf;
use std::time::Duration;

use super::scram::Verifier;

/// Where an embedded database is served to other clients, and to whom.
///
/// Made from an address, as in `db.serve("127.0.0.1:0")`; port 0 takes a free one. Whoever can connect is the database's
/// superuser, so an address that other machines reach needs a [`password`](Self::password); they see all traffic, which
/// is not encrypted, unless a tunnel or proxy does that.
#[derive(Clone)]
#[must_use]
pub struct ServeOptions {
    pub(super) place: Place,
    pub(super) user: String,
    pub(super) password: Password,
    pub(super) max_connections: usize,
    pub(super) authentication_timeout: Duration,
}

/// What is listened on.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Address(String),
    #[cfg(unix)]
    Socket(PathBuf),
}

/// What clients are asked for.
#[derive(Clone)]
pub(super) enum Password {
    None,
    /// Which PostgreSQL does not allow, and no client sends.
    Empty,
    Is(Verifier),
}

impl ServeOptions {
    /// Serves on an address such as `127.0.0.1:5433`, `localhost:5433` or `[::1]:0`.
    pub fn new(address: impl Into<String>) -> Self {
        Self::at(Place::Address(address.into()))
    }

    /// Serves on a Unix socket, which only the user of this process can open.
    ///
    /// Clients find a socket by its folder and port: `path` is either the folder, in which the socket gets the name
    /// `.s.PGSQL.5432`, or the whole path, whose last part is `.s.PGSQL.` and a number of your choice. The folder must
    /// be there. `psql -h /the/folder -p 5432 -U postgres` connects.
    #[cfg(unix)]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::at(Place::Socket(path.into()))
    }

    fn at(place: Place) -> Self {
        Self {
            place,
            user: super::DATABASE.to_owned(),
            password: Password::None,
            max_connections: 100,
            authentication_timeout: Duration::from_secs(60),
        }
    }

    /// The name that clients log in with; `postgres` by default. Whatever it is, they are the database's superuser.
    pub fn user(self, user: impl Into<String>) -> Self {
        Self { user: user.into(), ..self }
    }

    /// The password that clients must know, by SCRAM-SHA-256; without this call none is asked for.
    ///
    /// What is kept is PostgreSQL's verifier of it, never the password itself.
    pub fn password(self, password: impl AsRef<str>) -> Self {
        let password = match password.as_ref() {
            "" => Password::Empty,
            password => Password::Is(Verifier::of(password)),
        };
        Self { password, ..self }
    }

    /// The most clients at a time; 100 by default.
    pub fn max_connections(self, connections: usize) -> Self {
        Self { max_connections: connections, ..self }
    }

    /// How long a client may take to log in; 60 seconds by default.
    pub fn authentication_timeout(self, timeout: Duration) -> Self {
        Self { authentication_timeout: timeout, ..self }
    }
}

impl From<&str> for ServeOptions {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}

impl From<String> for ServeOptions {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

impl From<std::net::SocketAddr> for ServeOptions {
    fn from(address: std::net::SocketAddr) -> Self {
        Self::new(address.to_string())
    }
}

impl fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeOptions")
            .field("place", &self.place)
            .field("user", &self.user)
            .field("password", &!matches!(self.password, Password::None))
            .field("max_connections", &self.max_connections)
            .field("authentication_timeout", &self.authentication_timeout)
            .finish()
    }
}
