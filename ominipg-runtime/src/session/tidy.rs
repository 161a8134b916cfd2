use std::convert::Infallible;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::pool::{self, Connections};
use crate::error::{Error, ErrorKind};

/// A thread that closes the connections of a pool that are over, also where nobody asks for one; it ends when this is dropped.
///
/// A timer of tokio's would do it too. But while one is set, each wait for the network has a limit, for which the kernel sets a
/// timer of its own and takes it back: up to half a microsecond of every call.
pub(super) struct Tidy {
    /// Closed by being dropped.
    _running: Sender<Infallible>,
}

impl Tidy {
    /// Starts the thread, where connections of the pool can be over at all.
    pub(super) fn start(pool: &Connections) -> Result<Option<Self>, Error> {
        let Some(pause) = pool::pause(pool) else { return Ok(None) };
        let failed = |error: io::Error| {
            let message = format!("the thread that tidies the pool cannot be started: {error}");
            Error::new(ErrorKind::Connect, message)
        };
        let (running, ended) = mpsc::channel();
        let (name, pool) = ("ominipg-pool".to_owned(), pool.clone());
        std::thread::Builder::new().name(name).spawn(move || run(&pool, pause, &ended)).map_err(failed)?;
        Ok(Some(Self { _running: running }))
    }
}

fn run(pool: &Connections, pause: Duration, ended: &Receiver<Infallible>) {
    while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) && !pool.is_closed() {
        pool::tidy(pool);
    }
}
