use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::connection::Connection;
use crate::error::{Error, ErrorKind};

/// One connection that all callers share: their statements queue up on it, a transaction has it alone.
pub(crate) struct Gate {
    lock: Arc<RwLock<Connection>>,
    wait: Duration,
}

/// Leave to run statements beside others.
pub(super) type Shared = OwnedRwLockReadGuard<Connection>;

/// Leave to run a transaction.
pub(super) type Alone = OwnedRwLockWriteGuard<Connection>;

impl Gate {
    /// A gate before `connection` at which callers wait for at most `wait`.
    pub(crate) fn new(connection: Connection, wait: Duration) -> Self {
        Self { lock: Arc::new(RwLock::new(connection)), wait }
    }

    pub(super) async fn shared(&self) -> Result<Shared, Error> {
        if let Ok(guard) = self.lock.clone().try_read_owned() {
            return Ok(guard);
        }
        tokio::time::timeout(self.wait, self.lock.clone().read_owned()).await.map_err(|_| self.busy())
    }

    pub(super) async fn alone(&self) -> Result<Alone, Error> {
        if let Ok(guard) = self.lock.clone().try_write_owned() {
            return Ok(guard);
        }
        tokio::time::timeout(self.wait, self.lock.clone().write_owned()).await.map_err(|_| self.busy())
    }

    fn busy(&self) -> Error {
        let message = format!(
            "a transaction is open on this embedded database, and was for the {:?} that this call waited: an \
             embedded database runs one transaction at a time. Commit or drop the transaction first, or run this \
             call inside it (pass `&tx` instead of `&db`); `ConnectOptions::busy_timeout` sets how long calls wait",
            self.wait
        );
        Error::new(ErrorKind::Busy, message)
    }
}
