//! One thread for all engines of the process that looks at them once a millisecond while they run: what takes long leaves
//! its caller's thread, what is cancelled is told so, and PostgreSQL's timers are looked at.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::Thread;
use std::time::Duration;

use super::engine::Engine;

/// Between two looks. A statement is seen twice before it moves, so that none holds a caller for 5 ms.
const TICK: Duration = Duration::from_millis(1);
/// So many ticks without anything to watch, and the thread sleeps: waking it costs as much as a statement.
const PATIENCE: u32 = 200;

struct Watchdog {
    engines: Mutex<Vec<(Weak<Engine>, u64)>>,
    asleep: AtomicBool,
    /// Counts the calls of `watch`, so that none is missed.
    seen: AtomicU64,
    thread: OnceLock<Thread>,
}

static WATCHDOG: Watchdog = Watchdog {
    engines: Mutex::new(Vec::new()),
    asleep: AtomicBool::new(false),
    seen: AtomicU64::new(0),
    thread: OnceLock::new(),
};

/// Adds an engine; it is watched until it is dropped.
pub(super) fn add(engine: &Arc<Engine>) -> std::io::Result<()> {
    let mut engines = WATCHDOG.engines.lock().unwrap_or_else(PoisonError::into_inner);
    engines.push((Arc::downgrade(engine), 0));
    if WATCHDOG.thread.get().is_none() {
        let thread = std::thread::Builder::new().name("ominipg-watchdog".to_owned()).spawn(run)?;
        // The lock on the engines makes this the only thread here.
        let _ = WATCHDOG.thread.set(thread.thread().clone());
    }
    Ok(())
}

/// Tells that an engine begins to run.
pub(super) fn watch() {
    if WATCHDOG.asleep.load(Ordering::SeqCst) {
        WATCHDOG.seen.fetch_add(1, Ordering::SeqCst);
        if let Some(thread) = WATCHDOG.thread.get() {
            thread.unpark();
        }
    }
}

fn run() {
    let mut idle = 0;
    loop {
        std::thread::sleep(TICK);
        idle = if look() { 0 } else { idle + 1 };
        if idle < PATIENCE {
            continue;
        }
        let seen = WATCHDOG.seen.load(Ordering::SeqCst);
        WATCHDOG.asleep.store(true, Ordering::SeqCst);
        // What began before it was said to be asleep is seen by this look.
        while !look() && WATCHDOG.seen.load(Ordering::SeqCst) == seen {
            std::thread::park();
        }
        WATCHDOG.asleep.store(false, Ordering::SeqCst);
        idle = 0;
    }
}

/// Looks at every engine, and says whether there is anything to watch.
fn look() -> bool {
    let mut engines = WATCHDOG.engines.lock().unwrap_or_else(PoisonError::into_inner);
    let mut busy = false;
    engines.retain_mut(|(engine, last)| {
        let Some(engine) = engine.upgrade() else { return false };
        let (run, watched) = engine.tick(*last);
        *last = run;
        busy |= watched;
        true
    });
    busy
}
