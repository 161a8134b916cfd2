//! The thread that long statements run on.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::control::Place;
use super::engine::Engine;
use crate::error::{Error, ErrorKind};

/// What wakes a worker.
#[derive(Default)]
pub(super) struct Bell {
    rung: Mutex<bool>,
    waiting: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.waiting.notify_one();
    }

    fn wait(&self) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while !*rung {
            rung = self.waiting.wait(rung).unwrap_or_else(PoisonError::into_inner);
        }
        *rung = false;
    }
}

/// Starts the worker of an engine; its thread ends with the engine.
pub(super) fn start(engine: Arc<Engine>, bell: Arc<Bell>) -> Result<JoinHandle<()>, Error> {
    let work = move || {
        while !engine.has_ended() {
            bell.wait();
            engine.run(Place::Worker, 0);
        }
    };
    std::thread::Builder::new().name("ominipg-engine".to_owned()).spawn(work).map_err(|error| {
        Error::new(ErrorKind::Connect, format!("cannot start the database's thread: {error}"))
    })
}
