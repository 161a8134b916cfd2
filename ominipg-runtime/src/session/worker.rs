use std::io;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind};

/// A thread with a runtime of its own; it ends when this is dropped.
pub(crate) struct Worker {
    driver: Handle,
    /// Closed by being dropped.
    _running: oneshot::Sender<()>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start() -> Result<Self, Error> {
        let failed = |error: io::Error| {
            Error::new(ErrorKind::Connect, format!("the worker thread cannot be started: {error}"))
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let driver = runtime.handle().clone();
        let (running, stopped) = oneshot::channel::<()>();
        let run = move || {
            // An error is the sender being gone, which is the sign to stop.
            let _ = runtime.block_on(stopped);
        };
        std::thread::Builder::new().name("ominipg-worker".to_owned()).spawn(run).map_err(failed)?;
        Ok(Self { driver, _running: running })
    }

    /// The runtime that runs on the thread.
    pub(crate) fn driver(&self) -> Handle {
        self.driver.clone()
    }
}
