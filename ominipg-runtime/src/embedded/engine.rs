//! An engine and who may run it: one thread at a time, a caller's for a short while or the worker's for as long as it takes.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::watch;

use super::artefacts::Origin;
use super::backend::Backend;
use super::control::{Control, Place};
use super::flush::Flush;
use super::frames;
use super::options::Options;
use super::switchboard::{Cancelled, SessionId, Settings, Switchboard, VacuumTime};
use super::worker::Bell;
use crate::client::EngineState;
use crate::error::{Error, chain};
use crate::session::CLOSED;

type Serving = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Asks for another run. wasmtime wakes it where it makes way for its garbage collector.
#[derive(Default)]
struct Wanted(AtomicBool);

impl Wake for Wanted {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A started PostgreSQL and its sessions.
pub(super) struct Engine {
    pub(super) board: Arc<Switchboard>,
    pub(super) control: Arc<Control>,
    greeting: Vec<u8>,
    origin: Origin,
    /// `None` once it has ended. A future that waits for nothing but to be polled again.
    serving: Mutex<Option<Serving>>,
    /// Whether something came up for whoever runs it, or will.
    wanted: Arc<Wanted>,
    /// What waits for the disk, where commits do not.
    flush: Option<Arc<Flush>>,
    /// How long sessions wait for their turn.
    patience: Duration,
    /// Whether it is vacuumed when there is time.
    autovacuum: bool,
    /// Wakes the worker.
    bell: Arc<Bell>,
    /// Why it failed, once it has.
    failure: OnceLock<String>,
    ended: watch::Sender<bool>,
}

impl Engine {
    pub(super) fn new(
        backend: Backend,
        control: Arc<Control>,
        flush: Option<Arc<Flush>>,
        options: &Options,
        bell: Arc<Bell>,
    ) -> Self {
        let (board, greeting) = (Arc::clone(backend.board()), backend.greeting().to_vec());
        let origin = backend.origin();
        let serving: Serving = Box::pin(backend.serve());
        Self {
            board,
            control,
            greeting,
            origin,
            serving: Mutex::new(Some(serving)),
            wanted: Arc::default(),
            flush,
            patience: options.busy_timeout,
            autovacuum: options.autovacuum,
            bell,
            failure: OnceLock::new(),
            ended: watch::Sender::new(false),
        }
    }

    /// Adds a session with the settings that its client asked for, and the secret that cancels its statements.
    pub(super) fn add(&self, settings: Settings, secret: &[u8]) -> SessionId {
        self.board.add(settings, secret, |id| {
            let mut greeting = self.greeting.clone();
            if !secret.is_empty() {
                let key = [&process_id(id).to_be_bytes(), secret].concat();
                greeting.extend(frames::message_of(b'K', &key));
            }
            greeting.extend(frames::message_of(b'Z', b"I"));
            greeting
        })
    }

    /// Cancels what the session runs that has this number, if its secret is right.
    pub(super) fn cancel_with(&self, process_id: i32, is_right: impl Fn(&[u8]) -> bool) {
        let id = SessionId::from(process_id as u32);
        if self.board.has_secret(id, is_right) {
            self.cancel(id);
        }
    }

    /// Why it failed, once it has.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Runs PostgreSQL on this thread until it waits, for the client of `session`; another thread that runs it already
    /// goes on for this one.
    pub(super) fn run(&self, place: Place, session: SessionId) {
        self.wanted.0.store(true, Ordering::SeqCst);
        while self.wanted.0.load(Ordering::SeqCst) {
            let Some(mut serving) = self.lock(place) else { return };
            if place == Place::Caller && self.control.is_handed_over() {
                return;
            }
            while self.wanted.0.swap(false, Ordering::SeqCst) {
                self.poll(&mut serving, place, session);
                if self.control.is_handed_over() {
                    return self.bell.ring();
                }
            }
        }
    }

    fn lock(&self, place: Place) -> Option<MutexGuard<'_, Option<Serving>>> {
        if place == Place::Worker && !self.control.is_alone() {
            return Some(self.serving.lock().unwrap_or_else(PoisonError::into_inner));
        }
        match self.serving.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn poll(&self, serving: &mut Option<Serving>, place: Place, session: SessionId) {
        let Some(future) = serving else { return };
        let running = self.control.enter(place, session);
        super::watchdog::watch();
        let waker = Waker::from(Arc::clone(&self.wanted));
        let mut context = Context::from_waker(&waker);
        // A panic in the host ends this database, and nothing else.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
        drop(running);
        let failure = match polled {
            Ok(Poll::Pending) => return,
            Ok(Poll::Ready(Ok(()))) => None,
            Ok(Poll::Ready(Err(error))) => Some(chain(&error)),
            Err(panic) => Some(format!("the embedded engine failed: {}", panic_message(&*panic))),
        };
        // The memory goes with the future, so nobody may reach for it any more.
        self.control.set_words(None);
        if catch_unwind(AssertUnwindSafe(|| *serving = None)).is_err() {
            tracing::error!(target: "ominipg::engine", "what a failed engine had could not be freed");
        }
        let farewell = match &failure {
            None => frames::error_response("FATAL", "57P01", CLOSED, None),
            Some(why) => {
                tracing::error!(target: "ominipg::engine", "the embedded database ended: {why}");
                frames::error_response("FATAL", "57P02", why, None)
            }
        };
        if let Some(why) = failure {
            // It ends once.
            let _ = self.failure.set(why);
        }
        self.board.end(&farewell);
        self.ended.send_replace(true);
    }

    /// Lets the worker run PostgreSQL; without one, this thread does.
    pub(super) fn run_elsewhere(&self) {
        if self.control.is_alone() {
            self.run(Place::Worker, 0);
        } else {
            self.bell.ring();
        }
    }

    /// Whether a thread of its own runs PostgreSQL where a caller's does not.
    pub(super) fn has_worker(&self) -> bool {
        !self.control.is_alone()
    }

    /// Ends a vacuum, for a client that has asked something.
    pub(super) fn make_way(&self) {
        self.board.make_way(&self.control);
    }

    /// Cancels what a session runs, or has asked and waits for.
    pub(super) fn cancel(&self, session: SessionId) {
        match self.board.cancel(session, &self.control) {
            Cancelled::Nothing => {}
            // The watchdog sees to it when it begins.
            Cancelled::Waiting => super::watchdog::watch(),
            Cancelled::Running => {
                super::watchdog::watch();
                self.run_elsewhere();
            }
        }
    }

    /// Cancels whatever the sessions run or wait for.
    pub(super) fn cancel_all(&self) {
        for session in self.board.sessions() {
            self.cancel(session);
        }
    }

    /// Lets something go wrong in the statement that runs, or in the next.
    #[cfg(test)]
    pub(super) fn fail(&self, fault: super::faults::Fault) {
        *self.control.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
        self.control.interrupt();
    }

    /// What is known of it from outside.
    pub(super) fn state(&self) -> EngineState {
        let (sessions, waiting_sessions) = self.board.count();
        EngineState {
            wasmtime: wasmtime_environ::VERSION,
            build: liboliphaunt_wasix_portable::PACKAGE_VERSION,
            memory: self.control.memory(),
            sessions,
            waiting_sessions,
            statements: self.board.statements(),
            cache: self.origin.folder.clone(),
            cache_hit: self.origin.found,
        }
    }

    /// Begins to shut down.
    pub(super) fn close(&self) {
        self.board.close(&self.control);
        self.run_elsewhere();
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&self) {
        // The sender lives in `self`, so that waiting for it never fails.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// What is due at a tick of the watchdog; `last` is what the last one gave, `None` where there is nothing to watch.
    pub(super) fn tick(&self, last: u64) -> (u64, bool) {
        let (run, running) = self.control.look(last);
        if running {
            self.board.cancel_due(&self.control);
            self.make_way();
        }
        let waiting = self.board.idle_in_transaction();
        if let Some((session, until, end)) = waiting
            && std::time::Instant::now() >= until
        {
            self.board.terminate(session, &end.farewell());
            self.run_elsewhere();
        }
        let (unwritten, due) = self.flush.as_ref().map_or((false, false), |flush| flush.waits());
        // What runs already sees to it between two messages.
        if due && !running {
            self.run_elsewhere();
        }
        let queued = self.board.refuse_overdue(self.patience);
        // Without a worker it would be on a caller's thread.
        let vacuum = match self.autovacuum && !running && !self.control.is_alone() {
            true => self.board.time_to_vacuum(),
            false => VacuumTime::Never,
        };
        if vacuum == VacuumTime::Now {
            self.run_elsewhere();
        }
        (run, running || waiting.is_some() || queued || unwritten || vacuum == VacuumTime::Later)
    }
}

/// The number that clients know a session by; after four thousand million of them, nobody can cancel any more.
pub(super) fn process_id(session: SessionId) -> i32 {
    u32::try_from(session).unwrap_or_default() as i32
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}
