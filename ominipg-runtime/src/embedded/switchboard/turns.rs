//! Whose turn it is. A turn is a transaction: it ends with a ReadyForQuery outside of one, and then the session that has
//! waited for the longest is next.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Instant;

use super::line::Line;
use super::{State, Switchboard};
use crate::embedded::control::Control;

/// What PostgreSQL does next, having read all that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) enum Next {
    /// It reads.
    Read,
    /// It makes way for the host, which has something to do: another session is next, or one is gone, or all ends.
    Host,
    /// It waits.
    Wait,
    /// It moves to the worker's thread: the caller whose thread it uses has its answer.
    Worker,
}

impl Switchboard {
    /// What is next, between two messages; `has_locks` tells whether the current session has locks that outlive its turn.
    pub(in crate::embedded) fn next(&self, control: &Control, has_locks: bool) -> Next {
        let mut state = self.state();
        if let Some(own) = &state.own {
            return if own.input.is_empty() && own.ready { Next::Host } else { Next::Read };
        }
        if state.closing {
            return Next::Host;
        }
        if let Some(id) = state.current
            && state.lines.get(&id).is_some_and(Line::is_idle)
        {
            state.keeper = has_locks.then_some(id);
        }
        // A turn that was given is used before it goes on to the next in the queue.
        let fresh = std::mem::take(&mut state.fresh);
        let over = match state.current.and_then(|id| state.lines.get_mut(&id)) {
            None => true,
            Some(line) if line.is_idle() => {
                if line.is_gone() || line.listens_now {
                    return Next::Host;
                }
                if fresh && line.has_whole() {
                    return Next::Read;
                }
                true
            }
            Some(line) if line.has_whole() => false,
            Some(line) if line.is_finished() => {
                line.put_last_words(false);
                false
            }
            Some(line) => {
                let in_transaction = line.is_in_transaction();
                if in_transaction && state.idle_since.is_none() {
                    state.idle_since = Some(Instant::now());
                }
                return Next::Wait;
            }
        };
        state.idle_since = None;
        if !over {
            return Next::Read;
        }
        state.next_turn(control)
    }

    /// Waits until PostgreSQL has something to read in the middle of a statement, or the end.
    pub(in crate::embedded) async fn readable(&self) {
        poll_fn(|_| {
            let mut state = self.state();
            let closing = state.closing;
            let readable = match (&state.own, state.current) {
                (Some(_), _) => true,
                (None, Some(id)) => state.lines.get_mut(&id).is_none_or(|line| {
                    if !line.has_whole() && line.is_finished() {
                        line.put_last_words(true);
                    }
                    line.has_whole()
                }),
                (None, None) => true,
            };
            if readable || closing { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Waits until PostgreSQL may write.
    pub(in crate::embedded) async fn writable(&self) {
        poll_fn(|_| {
            let state = self.state();
            let line = state.current.and_then(|id| state.lines.get(&id));
            let full = state.own.is_none() && !state.closing && line.is_some_and(|line| line.is_full());
            if full { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// Reads for PostgreSQL; nothing is the end.
    pub(in crate::embedded) fn read(&self, buffer: &mut [u8]) -> usize {
        let mut state = self.state();
        if let Some(own) = &mut state.own {
            let n = own.input.len().min(buffer.len());
            buffer[..n].copy_from_slice(&own.input.split_to(n));
            return n;
        }
        let Some(line) = state.current.and_then(|id| state.lines.get_mut(&id)) else { return 0 };
        let (n, begins) = line.read(buffer);
        state.statements += u64::from(begins);
        n
    }

    /// Writes for PostgreSQL.
    pub(in crate::embedded) fn write(&self, bytes: &[u8]) {
        let mut state = self.state();
        if state.hears() { state.write_sorted(bytes) } else { state.write_plain(bytes) }
    }

    /// Whether PostgreSQL would find something to read.
    pub(in crate::embedded) fn has_input(&self) -> bool {
        let state = self.state();
        let line = state.current.and_then(|id| state.lines.get(&id));
        state.closing
            || state.own.as_ref().is_some_and(|own| !own.input.is_empty())
            || line.is_some_and(|line| line.has_whole())
    }
}

impl State {
    /// Gives what PostgreSQL writes to whom it answers.
    pub(super) fn write_plain(&mut self, bytes: &[u8]) {
        if let Some(own) = &mut self.own {
            own.ready |= own.follower.follow(bytes).is_some();
            own.output.extend_from_slice(bytes);
        } else if let Some(line) = self.current.and_then(|id| self.lines.get_mut(&id)) {
            line.write(bytes);
        }
    }

    /// Whose turn is next, by the place in the queue.
    pub(super) fn next_waiting(&self) -> Option<usize> {
        match self.keeper {
            None => (!self.waiting.is_empty()).then_some(0),
            Some(keeper) => self.waiting.iter().position(|&waiting| waiting == keeper),
        }
    }

    fn next_turn(&mut self, control: &Control) -> Next {
        let own_work = !self.copies.is_empty() || self.has_vacuum();
        let others = self.next_waiting().is_some() || own_work;
        let current = self.current.and_then(|id| self.lines.get_mut(&id));
        let goes_on = current.is_some_and(|line| line.has_whole());
        if let Some(id) = self.current.filter(|_| goes_on && others) {
            // Behind those who wait already.
            self.queue(id);
        }
        if goes_on && !others {
            return Next::Read;
        }
        if !others && self.leaving.is_empty() {
            return Next::Wait;
        }
        // A caller's thread is not for the work of others.
        let is_others = control.is_for(self.current) || own_work;
        if control.is_callers() && is_others { Next::Worker } else { Next::Host }
    }
}
