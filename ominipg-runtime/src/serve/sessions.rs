use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};

use super::{CancelKey, Startup};
use crate::client::Ominipg;
use crate::error::{Error, ErrorKind};

/// Where a front door's sessions come from.
pub(crate) trait Sessions: Clone + Send + Sync + 'static {
    /// A session as its bytes, from the end of authentication on.
    ///
    /// - To read: `ParameterStatus`…, `BackendKeyData`, `ReadyForQuery`, then what the frontend messages give; or an
    ///   `ErrorResponse` and the end. After a FATAL error, and after `Terminate`, the end follows.
    /// - To write: frontend messages in any pieces, at any time; no flush follows. Where the session cannot take more
    ///   it makes the writer wait.
    /// - A shutdown says that no more comes: the session answers what came before and ends.
    /// - Dropping it ends the session at once: what runs is cancelled and rolled back, its names are freed.
    ///
    /// One task reads and writes.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Opens a session for a client that has shown who it is.
    fn open(&self, startup: Startup) -> Result<Self::Stream, Error>;

    /// Cancels what the session with this key runs now, if anything; a key that fits no session does nothing.
    fn cancel(&self, key: &CancelKey);
}

/// The sessions of a database.
pub(crate) fn sessions_of(_database: &Ominipg) -> Result<NoSessions, Error> {
    Err(Error::new(ErrorKind::Options, "an embedded database has one session, which is this handle's"))
}

/// The sessions of a database that has none to give.
#[derive(Clone)]
pub(crate) struct NoSessions(Infallible);

impl Sessions for NoSessions {
    type Stream = DuplexStream;

    fn open(&self, _: Startup) -> Result<Self::Stream, Error> {
        match self.0 {}
    }

    fn cancel(&self, _: &CancelKey) {
        match self.0 {}
    }
}
