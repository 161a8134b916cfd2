//! What other threads may tell a running engine: to stop its statement, or to move to the worker's thread.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use super::switchboard::SessionId;

/// On whose thread an engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Place {
    /// A caller's, which must be free again soon.
    Caller,
    /// The worker's, or a caller's where there is no worker: there it may stay.
    Worker,
}

/// The words in the guest's memory that PostgreSQL's own signal handlers set.
///
/// They are written from any thread while compiled guest code reads them, as a signal handler would do it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    interrupt_pending: *const AtomicU32,
    cancel_pending: *const AtomicU32,
}

// SAFETY: the words are only ever used as atomics, and `Control` withdraws them before their memory goes.
#[allow(unsafe_code)]
unsafe impl Send for Words {}

impl Words {
    /// The words at these addresses of the guest.
    ///
    /// # Safety
    ///
    /// `base` is the start of a memory that holds both addresses, never moves, and outlives the use of this; and no
    /// reference to these words exists meanwhile, which `Guest` sees to.
    #[allow(unsafe_code)]
    pub(super) unsafe fn new(base: *mut u8, addresses: [u32; 2]) -> Self {
        let [interrupt, cancel] = addresses.map(|address| {
            // SAFETY: the caller vouches for the address.
            unsafe { base.add(address as usize) }.cast::<AtomicU32>().cast_const()
        });
        Self { interrupt_pending: interrupt, cancel_pending: cancel }
    }

    fn set(self, cancel: bool) {
        // SAFETY: see `new`; both are aligned words of PostgreSQL's data.
        #[allow(unsafe_code)]
        unsafe {
            if cancel {
                (*self.cancel_pending).store(1, Ordering::Relaxed);
            }
            (*self.interrupt_pending).store(1, Ordering::Release);
        }
    }

    fn is_set(self) -> bool {
        // SAFETY: see `new`.
        #[allow(unsafe_code)]
        unsafe {
            (*self.interrupt_pending).load(Ordering::Relaxed) != 0
        }
    }
}

/// The control of one engine.
pub(super) struct Control {
    place: AtomicU8,
    /// The session whose client's thread it is.
    caller: AtomicU64,
    /// Whether the engine waits for the worker to go on.
    handed_over: AtomicBool,
    /// Whether the caller's thread has been used for long enough.
    leave_asked: AtomicBool,
    /// Whether PostgreSQL may have armed a timer.
    timer: AtomicBool,
    /// Whether the timers are to be looked at.
    alarm: AtomicBool,
    /// Counts the times that the engine was run; odd while it is.
    run: AtomicU64,
    words: Mutex<Option<Words>>,
    /// The size of the guest's memory when it last waited, in bytes.
    memory: AtomicU64,
    /// What goes wrong at PostgreSQL's next look at its interrupts.
    #[cfg(test)]
    pub(super) fault: Mutex<Option<super::faults::Fault>>,
    /// Wakes a sleep inside of the engine.
    nap: Condvar,
    /// Whether there is no worker to move to.
    alone: bool,
}

impl Control {
    pub(super) fn new(alone: bool) -> Self {
        Self {
            place: AtomicU8::new(Place::Worker as u8),
            caller: AtomicU64::new(0),
            handed_over: AtomicBool::new(false),
            leave_asked: AtomicBool::new(false),
            timer: AtomicBool::new(false),
            alarm: AtomicBool::new(false),
            run: AtomicU64::new(0),
            words: Mutex::new(None),
            memory: AtomicU64::new(0),
            #[cfg(test)]
            fault: Mutex::new(None),
            nap: Condvar::new(),
            alone,
        }
    }

    fn words(&self) -> MutexGuard<'_, Option<Words>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives or withdraws the words; withdrawn, they are never touched again.
    pub(super) fn set_words(&self, words: Option<Words>) {
        *self.words() = words;
    }

    /// Asks PostgreSQL to end its statement with the error 57014.
    pub(super) fn cancel(&self) {
        if let Some(words) = *self.words() {
            words.set(true);
        }
        self.nap.notify_all();
    }

    pub(super) fn set_memory(&self, bytes: u64) {
        self.memory.store(bytes, Ordering::Relaxed);
    }

    /// The size of the guest's memory, in bytes.
    pub(super) fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    pub(super) fn interrupt(&self) {
        if let Some(words) = *self.words() {
            words.set(false);
        }
        self.nap.notify_all();
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.words().is_some_and(Words::is_set)
    }

    /// Marks the engine as running at `place`, for the client of `caller`, until the mark is dropped.
    pub(super) fn enter(&self, place: Place, caller: SessionId) -> Running<'_> {
        let place = if self.alone { Place::Worker } else { place };
        self.caller.store(caller, Ordering::Relaxed);
        self.place.store(place as u8, Ordering::Relaxed);
        self.leave_asked.store(false, Ordering::Relaxed);
        self.handed_over.store(false, Ordering::Relaxed);
        self.run.fetch_add(1, Ordering::Release);
        Running(self)
    }

    /// Looks at a run, a tick after the last look: one that is still the same is asked to move to the worker, and
    /// PostgreSQL's timers are looked at. Gives the run to compare with next time, and whether there is one.
    pub(super) fn look(&self, last: u64) -> (u64, bool) {
        let run = self.run.load(Ordering::Acquire);
        let running = run % 2 == 1;
        if running && run == last {
            if self.is_callers() {
                self.leave_asked.store(true, Ordering::Relaxed);
                self.interrupt();
            }
            if self.timer.load(Ordering::Relaxed) {
                self.alarm.store(true, Ordering::Relaxed);
                self.interrupt();
            }
        }
        (run, running)
    }

    /// Notes that PostgreSQL armed a timer.
    pub(super) fn arm_timer(&self) {
        self.timer.store(true, Ordering::Relaxed);
    }

    /// Whether PostgreSQL's timers are to be looked at now.
    pub(super) fn take_alarm(&self) -> bool {
        self.alarm.swap(false, Ordering::Relaxed)
    }

    /// Whether PostgreSQL may wait for a timer.
    pub(super) fn has_timer(&self) -> bool {
        self.timer.load(Ordering::Relaxed)
    }

    pub(super) fn is_callers(&self) -> bool {
        self.place.load(Ordering::Relaxed) == Place::Caller as u8
    }

    /// Whether the thread is that of the session's client.
    pub(super) fn is_for(&self, session: Option<SessionId>) -> bool {
        session == Some(self.caller.load(Ordering::Relaxed))
    }

    pub(super) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Whether the watchdog asked the engine to leave the caller's thread; asks once.
    pub(super) fn take_leave(&self) -> bool {
        self.leave_asked.swap(false, Ordering::Relaxed)
    }

    /// Moves what runs to the worker, if it is on a caller's thread.
    pub(super) async fn leave_caller(&self) {
        if !self.is_callers() {
            return;
        }
        self.handed_over.store(true, Ordering::Release);
        // Suspended once; only the worker resumes what was handed over.
        poll_fn(|_| if self.is_callers() { Poll::Pending } else { Poll::Ready(()) }).await;
    }

    pub(super) fn is_handed_over(&self) -> bool {
        self.handed_over.load(Ordering::Acquire)
    }

    /// Sleeps on this thread for at most `most`, less where somebody interrupts.
    pub(super) fn nap(&self, most: Duration) {
        let words = self.words();
        if words.is_some_and(Words::is_set) {
            return;
        }
        drop(self.nap.wait_timeout(words, most));
    }
}

/// A mark that the engine runs.
pub(super) struct Running<'a>(&'a Control);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.run.fetch_add(1, Ordering::Release);
    }
}
