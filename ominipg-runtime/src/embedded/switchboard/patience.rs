//! Those who wait for their turn for too long: they are told so, as PostgreSQL tells who waits for a lock.

use std::time::{Duration, Instant};

use bytes::Buf;

use super::line::Line;
use super::{State, Switchboard};
use crate::embedded::frames;
use crate::session::BUSY;

impl Switchboard {
    /// Refuses what was asked longer ago than `patience` and has not begun. Says whether anybody waits.
    pub(in crate::embedded) fn refuse_overdue(&self, patience: Duration) -> bool {
        let mut state = self.state();
        if state.waiting.is_empty() {
            return false;
        }
        let now = Instant::now();
        let State { lines, waiting, .. } = &*state;
        let is_overdue =
            |line: &Line| line.queued_since.is_some_and(|since| now.duration_since(since) >= patience);
        let overdue: Vec<_> =
            waiting.iter().copied().filter(|id| lines.get(id).is_some_and(is_overdue)).collect();
        if !overdue.is_empty() {
            let why = state.why_busy(patience);
            for id in overdue {
                state.waiting.retain(|&waiting| waiting != id);
                let Some(line) = state.lines.get_mut(&id) else { continue };
                line.queued_since = None;
                line.refuse(&why);
                if line.has_whole() {
                    state.queue(id);
                }
            }
        }
        !state.waiting.is_empty()
    }
}

impl State {
    fn why_busy(&self, patience: Duration) -> Vec<u8> {
        let holder = match (self.current, self.keeper) {
            (Some(id), _) if self.idle_since.is_some() => {
                format!("session {id} has a transaction open and asks nothing")
            }
            (_, Some(id)) => format!("session {id} holds session-level advisory locks"),
            (Some(id), None) => format!("session {id} has its turn"),
            (None, None) => "PostgreSQL is at work".to_owned(),
        };
        let message =
            format!("{BUSY} {patience:?}: {holder}, and the sessions of an embedded database take turns");
        let hint = match self.keeper {
            Some(_) => {
                "pg_advisory_unlock_all() gives them back, and so does the end of the session; \
                 pg_advisory_xact_lock holds to the end of a transaction alone."
            }
            None => {
                "End transactions soon, or set idle_in_transaction_session_timeout for sessions that may not; \
                 busy_timeout sets how long a statement waits."
            }
        };
        frames::error_response("ERROR", "55P03", &message, Some(hint))
    }
}

impl Line {
    /// Answers what was asked first with an error, without PostgreSQL.
    fn refuse(&mut self, error: &[u8]) {
        self.write_aside(error);
        self.skipping = true;
        self.skip();
    }

    /// Passes over messages to the end of what was refused, as PostgreSQL does after an error.
    pub(super) fn skip(&mut self) {
        while self.skipping && self.whole > 0 {
            let Ok(Some(frame)) = frames::first(&self.input) else {
                unreachable!("whole messages were found here before")
            };
            self.input.advance(frame.len);
            self.whole -= frame.len;
            self.cancel_left = self.cancel_left.saturating_sub(frame.len);
            if matches!(frame.kind, b'Q' | b'S' | b'F') {
                self.skipping = false;
                self.cancelled &= self.cancel_left > 0;
                self.write_aside(&frames::message_of(b'Z', b"I"));
            }
        }
        self.end_if_done();
    }
}
