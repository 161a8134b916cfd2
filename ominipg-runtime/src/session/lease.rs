use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::Object;

use super::connection::Connection;
use super::gate;
use super::pool::{Connector, Pooled};

/// How long a statement's cancellation may take.
const CANCEL: Duration = Duration::from_secs(5);

/// A connection, for as long as it is held.
pub(crate) struct Lease(Option<Held>);

enum Held {
    /// One of a pool's, which nobody else has.
    Pooled(Pooled),
    /// The only one.
    Only(gate::Held),
    /// One that several statements of a call use at once; whoever has it last gives it back.
    Shared(Arc<Lease>),
}

impl From<Pooled> for Lease {
    fn from(connection: Pooled) -> Self {
        Self(Some(Held::Pooled(connection)))
    }
}

impl From<gate::Held> for Lease {
    fn from(connection: gate::Held) -> Self {
        Self(Some(Held::Only(connection)))
    }
}

impl From<&Arc<Lease>> for Lease {
    fn from(shared: &Arc<Lease>) -> Self {
        Self(Some(Held::Shared(Arc::clone(shared))))
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self.0.as_ref().expect("only `drop` and `roll_back` take the connection") {
            Held::Pooled(connection) => connection,
            Held::Only(connection) => connection,
            Held::Shared(lease) => lease,
        }
    }
}

impl Lease {
    /// Cancels what the holder gave up, if it still runs; the holder goes on with [`roll_back`](Self::roll_back), or drops it.
    pub(super) fn stop(&self) {
        match &self.0 {
            Some(Held::Pooled(connection)) if connection.is_abandoned() => stop(connection),
            Some(Held::Only(connection)) => connection.cancel(),
            _ => {}
        }
    }

    /// Rolls the transaction back in which a statement was given up.
    pub(super) async fn roll_back(mut self) {
        match self.0.take() {
            Some(Held::Pooled(connection)) => {
                // A cancellation may reach the server late: nobody else gets this connection.
                let connection = Object::take(connection);
                let ended = async {
                    connection.settle().await;
                    // What fails here ends with the connection.
                    let _ = connection.batch("ROLLBACK").await;
                };
                let _ = tokio::time::timeout(CANCEL, ended).await;
            }
            Some(Held::Only(connection)) => {
                connection.cancel();
                // Before anything is waited for, so that who stops waiting leaves nothing open.
                connection.send("ROLLBACK");
                connection.settle().await;
            }
            // What runs in a transaction has a lease of its own.
            Some(Held::Shared(_)) | None => {}
        }
    }

    /// Ends a transaction that its owner dropped.
    pub(super) fn end_transaction(&self) {
        // First what was given up, so that the cancellation does not hit the rollback.
        self.stop();
        // Statements of the connection's next user run after this one.
        self.send("ROLLBACK");
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A caller who stopped waiting left a statement under way: the next caller is not to wait for it.
        self.stop();
        let Some(Held::Pooled(connection)) = self.0.take() else { return };
        let is_closed = connection.is_closed();
        if let (true, Some(pool)) = (is_closed, Object::pool(&connection)) {
            Connector::suspect(&pool);
        }
        // A cancellation may reach the server late: nobody else gets this connection.
        if is_closed || connection.is_abandoned() || connection.has_own_transaction() {
            drop(Object::take(connection));
        }
    }
}

/// Stops what runs on a pool's connection, once.
fn stop(connection: &Pooled) {
    if !connection.begin_stop() {
        return;
    }
    if let (Some(pool), Ok(runtime)) = (Object::pool(connection), tokio::runtime::Handle::try_current()) {
        let token = connection.cancel_token();
        runtime.spawn(async move {
            let stop = Connector::server(&pool).cancel(token);
            // Where it cannot be stopped, it runs to its end on a connection that nobody has.
            let _ = tokio::time::timeout(CANCEL, stop).await;
        });
    }
}
