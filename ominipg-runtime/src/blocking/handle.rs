use std::fmt;
use std::sync::Arc;

use tokio_postgres::Row;

use super::wait::wait;
use crate::client::ConnectOptions;
use crate::error::Error;
use crate::session::{Executing, Executor, Session, TypedParam, Worker};

/// A database for programs without an async runtime: [`wait`](Self::wait) runs any call of this library to its end.
///
/// It has one thread with a runtime, which moves bytes and keeps time; statements run as on [`Ominipg`](crate::Ominipg). Clones
/// are cheap and share it. In an async program, where waiting would keep a thread from other tasks, use
/// [`Ominipg`](crate::Ominipg) itself.
///
/// ```no_run
/// use ominipg_runtime::{Error, blocking};
///
/// fn main() -> Result<(), Error> {
///     let db = blocking::Ominipg::connect(":memory:")?;
///     let rows = db.wait(db.handle().query("SELECT 1", &[]))?;
///     // let grown = db.wait(users::find().filter(users::age().gte(18)).all(&db))?;
///     let count = db.wait(db.handle().transact(async |tx| {
///         Ok::<u64, Error>(tx.execute("DELETE FROM users", &[]).await?)
///     }))?;
///     db.close()
/// }
/// ```
#[derive(Clone)]
pub struct Ominipg {
    // Dropped before the thread that moves its bytes.
    db: crate::Ominipg,
    worker: Arc<Worker>,
}

impl Ominipg {
    /// Opens a database and waits for that; as [`Ominipg::connect`](crate::Ominipg::connect).
    ///
    /// # Errors
    ///
    /// As there, and where the thread cannot be started.
    pub fn connect(options: impl Into<ConnectOptions>) -> Result<Self, Error> {
        let worker = Worker::start()?;
        let db = within(&worker, crate::Ominipg::connect(options))?;
        Ok(Self { db, worker: Arc::new(worker) })
    }

    /// Waits for a call, on this thread: `db.wait(users::find().all(&db))`.
    ///
    /// Streams are read so too: `while let Some(row) = db.wait(rows.next()) { … }`. One that is not read to its end is dropped
    /// within a call, `db.wait(async { drop(rows) })`, where there is a runtime that can cancel its statement on a server.
    pub fn wait<F: Future>(&self, call: F) -> F::Output {
        within(&self.worker, call)
    }

    /// The same database for calls to wait for: `db.wait(db.handle().query("SELECT 1", &[]))`.
    pub fn handle(&self) -> &crate::Ominipg {
        &self.db
    }

    /// Closes it; as [`Ominipg::close`](crate::Ominipg::close).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn close(&self) -> Result<(), Error> {
        self.wait(self.db.close())
    }
}

/// Waits for a future whose timers and sockets the worker drives.
fn within<F: Future>(worker: &Worker, future: F) -> F::Output {
    let driver = worker.driver();
    let _entered = driver.enter();
    wait(future)
}

impl Executor for Ominipg {
    fn query_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, Vec<Row>> {
        self.db.query_typed(sql, params)
    }

    fn execute_typed<'a>(&'a self, sql: &'a str, params: &'a [TypedParam<'a>]) -> Executing<'a, u64> {
        self.db.execute_typed(sql, params)
    }

    fn native(&self) -> Option<Session<'_>> {
        self.db.native()
    }
}

impl fmt::Debug for Ominipg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.db.fmt(f)
    }
}
