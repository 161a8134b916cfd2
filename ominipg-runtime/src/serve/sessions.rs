use tokio::io::{AsyncRead, AsyncWrite};

use super::{CancelKey, Startup};
use crate::client::Ominipg;
use crate::embedded::{self, SessionStream};
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

/// The sessions of an embedded database.
#[derive(Clone)]
pub(crate) struct EmbeddedSessions(embedded::Sessions);

/// The sessions of a database.
pub(crate) fn sessions_of(database: &Ominipg) -> Result<EmbeddedSessions, Error> {
    database.backend().sessions().map(EmbeddedSessions)
}

impl Sessions for EmbeddedSessions {
    type Stream = SessionStream;

    fn open(&self, startup: Startup) -> Result<SessionStream, Error> {
        let settings = startup.settings().iter().cloned();
        let mut secret = vec![0; startup.secret_length()];
        getrandom::fill(&mut secret).map_err(|error| {
            Error::new(ErrorKind::Connect, format!("the system gives no random numbers: {error}"))
        })?;
        self.0.open(settings.collect(), secret)
    }

    fn cancel(&self, key: &CancelKey) {
        self.0.cancel(key.process_id(), |secret| key.matches(&CancelKey::new(key.process_id(), secret)));
    }
}
