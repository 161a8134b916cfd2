use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::connection::Connection;
use super::pool::closed;
use crate::error::{Error, ErrorKind};

/// One connection that all callers share: their statements queue up on it, a transaction has it alone.
pub(crate) struct Gate {
    /// `None` once it is closed.
    lock: Arc<RwLock<Option<Connection>>>,
    wait: Duration,
}

/// Leave to run statements beside others.
pub(super) type Shared = OwnedRwLockReadGuard<Option<Connection>, Connection>;

/// Leave to run a transaction.
pub(super) type Alone = OwnedRwLockMappedWriteGuard<Option<Connection>, Connection>;

impl Gate {
    /// A gate before `connection` at which callers wait for at most `wait`.
    pub(super) fn new(connection: Connection, wait: Duration) -> Self {
        Self { lock: Arc::new(RwLock::new(Some(connection))), wait }
    }

    pub(super) async fn shared(&self) -> Result<Shared, Error> {
        let guard = match self.lock.clone().try_read_owned() {
            Ok(guard) => guard,
            Err(_) => self.in_time(self.lock.clone().read_owned()).await?,
        };
        OwnedRwLockReadGuard::try_map(guard, Option::as_ref).map_err(|_| closed())
    }

    pub(super) async fn alone(&self) -> Result<Alone, Error> {
        let guard = self.exclusive().await?;
        OwnedRwLockWriteGuard::try_map(guard, Option::as_mut).map_err(|_| closed())
    }

    /// Lets go of the connection once nobody uses it.
    pub(super) async fn close(&self) -> Result<(), Error> {
        drop(self.exclusive().await?.take());
        Ok(())
    }

    async fn exclusive(&self) -> Result<OwnedRwLockWriteGuard<Option<Connection>>, Error> {
        match self.lock.clone().try_write_owned() {
            Ok(guard) => Ok(guard),
            Err(_) => self.in_time(self.lock.clone().write_owned()).await,
        }
    }

    async fn in_time<T>(&self, guard: impl Future<Output = T>) -> Result<T, Error> {
        tokio::time::timeout(self.wait, guard).await.map_err(|_| self.busy())
    }

    fn busy(&self) -> Error {
        let message = format!(
            "a transaction is open, or a long statement runs, on this embedded database, and did for the {:?} that \
             this call waited: an embedded database runs one transaction at a time. Commit or drop the transaction \
             first, or run this call inside it (pass `&tx` instead of `&db`); `ConnectOptions::busy_timeout` sets \
             how long calls wait",
            self.wait
        );
        Error::new(ErrorKind::Busy, message)
    }
}
