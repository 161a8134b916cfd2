use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{CallKind, Counts, Meter, Outcome, Waiting};
use crate::hash::HashMap;

/// Calls that come at once from several threads rarely meet in the same one.
const SHARDS: usize = 16;

/// The calls of one database.
#[derive(Debug)]
pub(crate) struct Requests {
    last: AtomicU64,
    waiting: [Mutex<HashMap<u64, Entry>>; SHARDS],
    statements: Counts,
    times: Meter,
}

#[derive(Debug)]
struct Entry {
    kind: CallKind,
    started: Instant,
    deadline: Option<Instant>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            last: AtomicU64::new(0),
            waiting: std::array::from_fn(|_| Mutex::default()),
            statements: Counts::default(),
            times: Meter::default(),
        }
    }
}

impl Requests {
    /// Notes a call that begins now.
    pub(crate) fn begin(&self, kind: CallKind, deadline: Option<Instant>) -> Request<'_> {
        Request { requests: self, id: self.enter(kind, deadline) }
    }

    /// Notes a call that begins now; who keeps its number ends it.
    pub(in crate::client) fn enter(&self, kind: CallKind, deadline: Option<Instant>) -> u64 {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let entry = Entry { kind, started: Instant::now(), deadline };
        self.shard(id).insert(id, entry);
        id
    }

    fn shard(&self, id: u64) -> MutexGuard<'_, HashMap<u64, Entry>> {
        self.waiting[id as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::client) fn end(&self, id: u64, outcome: Outcome) {
        let Some(entry) = self.shard(id).remove(&id) else { return };
        if entry.kind.is_statement() {
            self.statements.add(outcome);
            self.times.add(entry.started.elapsed());
        }
    }

    /// The calls that are not answered yet, the oldest first.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let now = Instant::now();
        let since = |earlier: Instant| now.saturating_duration_since(earlier);
        let mut calls = Vec::new();
        for shard in &self.waiting {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            calls.extend(shard.iter().map(|(&id, entry)| Waiting {
                id,
                kind: entry.kind,
                age: since(entry.started),
                left: entry.deadline.map(|deadline| deadline.saturating_duration_since(now)),
            }));
        }
        calls.sort_by_key(|call| call.id);
        calls
    }

    /// How the statements ended, and how long they took.
    pub(crate) fn statements(&self) -> (super::Outcomes, super::Histogram) {
        (self.statements.read(), self.times.read())
    }
}

/// A call that is not answered yet; dropped without an answer, its caller stopped waiting.
#[must_use]
pub(crate) struct Request<'a> {
    requests: &'a Requests,
    id: u64,
}

impl Request<'_> {
    /// Answers the call.
    pub(crate) fn answer(self, outcome: Outcome) {
        // What is answered is no longer in the map, so that the drop that follows finds nothing to do.
        self.requests.end(self.id, outcome);
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.requests.end(self.id, Outcome::Dropped);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_call_is_answered_once() {
        let requests = Requests::default();
        let first = requests.begin(CallKind::Statement, None);
        let deadline = Some(Instant::now() + Duration::from_secs(60));
        let second = requests.begin(CallKind::Statement, deadline);
        let third = requests.begin(CallKind::Begin, None);
        let waiting = requests.waiting();
        assert_eq!(waiting.iter().map(|call| call.id).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(waiting[1].left > Some(Duration::from_secs(50)) && waiting[0].left.is_none());
        first.answer(Outcome::TimedOut);
        drop(second);
        third.answer(Outcome::Ok);
        assert!(requests.waiting().is_empty());
        let (outcomes, times) = requests.statements();
        assert_eq!((outcomes.timed_out, outcomes.dropped, outcomes.total()), (1, 1, 2));
        assert_eq!(times.count, 2);
    }

    #[test]
    fn numbers_are_given_once() {
        let requests = Requests::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    (0..1_000).for_each(|_| requests.begin(CallKind::Statement, None).answer(Outcome::Ok));
                });
            }
        });
        assert_eq!(requests.begin(CallKind::Close, None).id, 4_001);
        assert_eq!(requests.statements().0.ok, 4_000);
    }
}
