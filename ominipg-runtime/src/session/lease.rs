use std::ops::Deref;
use std::time::Duration;

use deadpool::managed::Object;

use super::connection::Connection;
use super::gate;
use super::pool::{Connector, Pooled};

/// How long a statement's cancellation may take.
const CANCEL: Duration = Duration::from_secs(5);

/// A connection, for as long as it is held.
pub(super) struct Lease(Option<Held>);

enum Held {
    /// One of a pool's, which nobody else has.
    Pooled(Pooled),
    /// The only one.
    Only(gate::Held),
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

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self.0.as_ref().expect("only `drop` takes the connection") {
            Held::Pooled(connection) => connection,
            Held::Only(connection) => connection,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A caller who stopped waiting left a statement under way: the next caller is not to wait for it.
        match self.0.take() {
            Some(Held::Pooled(connection)) if connection.is_abandoned() => discard(connection),
            Some(Held::Only(connection)) if connection.is_abandoned() => connection.cancel(),
            _ => {}
        }
    }
}

/// Takes a connection out of its pool, stops its statement and ends it.
fn discard(connection: Pooled) {
    let pool = Object::pool(&connection);
    let connection = Object::take(connection);
    if let (Some(pool), Ok(runtime)) = (pool, tokio::runtime::Handle::try_current()) {
        runtime.spawn(async move {
            let stop = Connector::server(&pool).cancel(connection.cancel_token());
            // Where it cannot be stopped, it runs to its end on a connection that nobody has.
            let _ = tokio::time::timeout(CANCEL, stop).await;
        });
    }
}
