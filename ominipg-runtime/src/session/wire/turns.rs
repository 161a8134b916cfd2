use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// Who moves the bytes of a wire, and who is told that there are some.
///
/// Where there are bytes to move, somebody always knows: a caller that moves some already looks again before it stops, one
/// that waits is woken, and one that gives up after that tells the others. The keeper is told where no caller is.
#[derive(Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    /// How many answers came: who asked before the last one asks again before it waits.
    answers: AtomicU64,
}

#[derive(Default)]
struct State {
    /// Whether there are bytes to move, and somebody knows.
    due: bool,
    /// How many callers move bytes now.
    moving: usize,
    /// The callers that wait, by their numbers.
    waiting: Vec<(u64, Waker)>,
    /// The number of the last one that waited.
    last: u64,
    /// The keeper, while it waits.
    keeper: Option<Waker>,
    /// Whether somebody waits for an answer who moves no bytes.
    watched: bool,
}

impl State {
    /// Takes one out that waits.
    fn remove(&mut self, number: u64) -> Option<Waker> {
        let place = self.waiting.iter().position(|(waiting, _)| *waiting == number)?;
        Some(self.waiting.swap_remove(place).1)
    }

    /// Takes those that wait, to be woken.
    fn take_waiting(&mut self) -> (Option<Waker>, Vec<(u64, Waker)>) {
        let first = self.waiting.pop().map(|(_, caller)| caller);
        // The list keeps its place in memory where there was but one.
        let others = if self.waiting.is_empty() { Vec::new() } else { std::mem::take(&mut self.waiting) };
        (first, others)
    }
}

impl Turns {
    fn state(&self) -> MutexGuard<'_, State> {
        // No step on it panics half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets somebody know that there are bytes to move.
    fn tell(mut state: MutexGuard<'_, State>) {
        // A caller may be long in coming, as part of a task that waits for something else first.
        let keeper = if state.waiting.is_empty() || state.watched { state.keeper.take() } else { None };
        state.watched = false;
        let waiting = state.take_waiting();
        drop(state);
        wake(waiting);
        keeper.into_iter().for_each(Waker::wake);
    }

    /// Notes that the bytes that there are now are about to be moved.
    pub(super) fn begin_move(&self) {
        self.state().due = false;
    }

    /// Whether there are bytes to move.
    pub(super) fn is_due(&self) -> bool {
        self.state().due
    }

    /// How many answers came.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Acquire)
    }

    /// A caller begins to move bytes; `waits` is its number, where it waited.
    pub(super) fn enter(&self, waits: Option<u64>) -> Moving<'_> {
        let mut state = self.state();
        state.moving += 1;
        let left = waits.and_then(|number| state.remove(number));
        drop(state);
        drop(left);
        Moving(self)
    }

    /// Puts a caller among those that wait, unless there are bytes to move or more answers came than `answers`.
    pub(super) fn wait(&self, caller: &Waker, answers: u64) -> Option<u64> {
        let mut state = self.state();
        if state.due || answers != self.answers() {
            return None;
        }
        state.last += 1;
        let number = state.last;
        state.waiting.push((number, caller.clone()));
        Some(number)
    }

    /// A caller that waited gave up.
    pub(super) fn leave(&self, number: u64) {
        let mut state = self.state();
        let left = state.remove(number);
        // It may have been the one that was told.
        if state.due && state.moving == 0 {
            Self::tell(state);
        }
        drop(left);
    }

    /// Puts the keeper among those that wait.
    pub(super) fn keep(&self, keeper: &Waker) {
        let before = self.state().keeper.replace(keeper.clone());
        drop(before);
    }

    /// Somebody waits for an answer who moves no bytes.
    pub(super) fn watch(&self) {
        let mut state = self.state();
        state.watched = true;
        if state.due {
            Self::tell(state);
        }
    }
}

/// A caller that moves bytes, until it is dropped.
pub(super) struct Moving<'a>(&'a Turns);

impl Drop for Moving<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.moving -= 1;
        if state.due && state.moving == 0 {
            Turns::tell(state);
        }
    }
}

/// Told when there are bytes to move.
pub(super) struct OnBytes(pub(super) Arc<Turns>);

impl Wake for OnBytes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.0.state();
        if !std::mem::replace(&mut state.due, true) && state.moving == 0 {
            Turns::tell(state);
        }
    }
}

/// Told when an answer is there.
pub(super) struct OnAnswer(pub(super) Arc<Turns>);

impl Wake for OnAnswer {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Before those that wait are looked at: who is about to wait compares it behind the same lock.
        self.0.answers.fetch_add(1, Ordering::AcqRel);
        let waiting = self.0.state().take_waiting();
        wake(waiting);
    }
}

fn wake((first, others): (Option<Waker>, Vec<(u64, Waker)>)) {
    first.into_iter().for_each(Waker::wake);
    others.into_iter().for_each(|(_, waker)| waker.wake());
}
