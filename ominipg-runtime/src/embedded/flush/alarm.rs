//! A thread that wakes a task at a time.
//!
//! Whoever runs the engine may have a runtime without timers, and another one at the next statement.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

/// The thread; dropping this ends it.
pub(super) struct Alarm(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next: Option<(Instant, Waker)>,
    ended: bool,
}

impl Alarm {
    pub(super) fn start() -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let for_thread = Arc::clone(&shared);
        std::thread::Builder::new().name("ominipg-flush".to_owned()).spawn(move || for_thread.run())?;
        Ok(Self(shared))
    }

    /// Wakes `waker` at `time`, in the place of what was set before.
    pub(super) fn set(&self, time: Instant, waker: &Waker) {
        let mut state = self.0.state();
        match &mut state.next {
            Some((at, same)) if *at == time && same.will_wake(waker) => {}
            next => {
                *next = Some((time, waker.clone()));
                self.0.changed.notify_one();
            }
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.changed.notify_one();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.state();
        while !state.ended {
            let left = state.next.as_ref().map(|(time, _)| time.saturating_duration_since(Instant::now()));
            state = match left {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) if !left.is_zero() => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                Some(_) => {
                    let due = state.next.take();
                    // Waking may run anything, so that the lock is freed first.
                    drop(state);
                    if let Some((_, waker)) = due {
                        waker.wake();
                    }
                    self.state()
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;
    use std::time::Duration;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn wakes_once_and_not_before_its_time() {
        let alarm = Alarm::start().expect("the thread starts");
        let count = Arc::<Count>::default();
        let start = Instant::now();
        let time = start + Duration::from_millis(30);
        for _ in 0..3 {
            alarm.set(time, &Waker::from(Arc::clone(&count)));
        }
        while count.0.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(1));
            assert!(start.elapsed() < Duration::from_secs(30), "it never woke");
        }
        assert!(Instant::now() >= time);
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
    }
}
