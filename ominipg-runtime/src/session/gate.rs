use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use super::connection::Connection;
use super::pool::closed;
use crate::error::{Error, ErrorKind};

/// The one connection of an embedded database: callers take turns, for a statement or a transaction.
pub(crate) struct Gate {
    /// `None` once it is closed.
    lock: Arc<Mutex<Option<Connection>>>,
    wait: Duration,
    reconnect: Reconnect,
}

/// Makes another connection, where the database lives and ended the one that was there.
pub(crate) type Reconnect =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Connection, Error>> + Send>> + Send + Sync>;

/// The connection, for as long as it is held.
pub(super) type Held = OwnedMappedMutexGuard<Option<Connection>, Connection>;

impl Gate {
    /// A gate before `connection` at which callers wait for at most `wait`.
    pub(super) fn new(connection: Connection, wait: Duration, reconnect: Reconnect) -> Self {
        Self { lock: Arc::new(Mutex::new(Some(connection))), wait, reconnect }
    }

    /// Takes the connection; what its last user left under way has ended then.
    pub(super) async fn take(&self) -> Result<Held, Error> {
        let guard = match Arc::clone(&self.lock).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => Box::pin(self.exclusive()).await?,
        };
        let held = OwnedMutexGuard::try_map(guard, Option::as_mut).map_err(|_| closed())?;
        // Behind pointers, or every call would have room for what hardly any waits for.
        if held.is_abandoned() || held.is_closed() { Box::pin(self.mend(held)).await } else { Ok(held) }
    }

    /// Waits for the end of what was left under way, and makes a new connection where there is none any more.
    async fn mend(&self, mut held: Held) -> Result<Held, Error> {
        if held.is_abandoned() {
            held.settle().await;
        }
        if held.is_closed() {
            *held = (self.reconnect)().await?;
        }
        Ok(held)
    }

    /// Lets go of the connection once nobody uses it.
    pub(super) async fn close(&self) -> Result<(), Error> {
        drop(self.exclusive().await?.take());
        Ok(())
    }

    async fn exclusive(&self) -> Result<OwnedMutexGuard<Option<Connection>>, Error> {
        let guard = tokio::time::timeout(self.wait, Arc::clone(&self.lock).lock_owned()).await;
        guard.map_err(|_| self.busy(self.wait))
    }

    /// How long callers wait.
    pub(super) fn wait(&self) -> Duration {
        self.wait
    }

    /// The error of a call that waited for so long.
    pub(super) fn busy(&self, waited: Duration) -> Error {
        let message = format!(
            "a transaction is open, a stream is read or a long statement runs on this embedded database, and did for \
             the {:?} that this call waited: an embedded database runs one transaction at a time. Commit or drop it \
             first, or run this call inside it (pass `&tx` instead of `&db`); `ConnectOptions::busy_timeout` sets \
             how long calls wait, and a call's own timeout may be shorter",
            waited
        );
        Error::new(ErrorKind::Busy, message)
    }
}
