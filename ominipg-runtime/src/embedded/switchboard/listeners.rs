//! Who listens to which channels. PostgreSQL knows one list of channels; it is all sessions' together, but while a session
//! may be changing its own.

use std::collections::BTreeSet;

use bytes::BytesMut;

use super::{SessionId, State, Switchboard};
use crate::embedded::frames;

/// The lists of channels, by their addresses in PostgreSQL's memory; 0 is a list of none.
#[derive(Debug, Default, Clone)]
pub(in crate::embedded) struct Channels {
    /// The list that PostgreSQL made for the session.
    pub(in crate::embedded) list: u32,
    /// What is on it.
    pub(in crate::embedded) names: BTreeSet<String>,
}

/// The sessions that listen.
#[derive(Default)]
pub(super) struct Listeners {
    /// All sessions' channels, while any session has one.
    pub(super) all: u32,
    /// What PostgreSQL has written of a message that is not whole yet.
    partial: BytesMut,
}

/// Whether SQL may change what its session listens to, or ask for it.
pub(super) fn may_listen(sql: &[u8]) -> bool {
    let found = |word: &[u8]| sql.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    found(b"listen") || found(b"discard")
}

impl Switchboard {
    /// The list of channels that PostgreSQL is to have now, if another than it has.
    pub(in crate::embedded) fn take_list(&self) -> Option<u32> {
        let mut state = self.state();
        let line = state.current.and_then(|id| state.lines.get_mut(&id))?;
        std::mem::take(&mut line.list_wanted).then_some(line.channels.list)
    }

    /// The session whose turn is over and may have changed its channels, and the list that it had.
    pub(in crate::embedded) fn listened(&self) -> Option<SessionId> {
        let state = self.state();
        let id = state.current?;
        state.lines.get(&id).filter(|line| line.listens_now && line.is_idle()).map(|_| id)
    }

    /// Notes a session's channels, and gives the lists of all sessions with their names.
    pub(in crate::embedded) fn set_channels(&self, id: SessionId, channels: Channels) {
        let mut state = self.state();
        if let Some(line) = state.lines.get_mut(&id) {
            line.channels = channels;
            line.listens_now = false;
        }
    }

    /// The lists of all sessions that listen.
    pub(in crate::embedded) fn lists(&self) -> Vec<u32> {
        let state = self.state();
        state.lines.values().map(|line| line.channels.list).filter(|&list| list != 0).collect()
    }

    /// Notes the list of all sessions' channels, and gives the one before.
    pub(in crate::embedded) fn set_all(&self, all: u32) -> u32 {
        std::mem::replace(&mut self.state().listeners.all, all)
    }

    /// The list of all sessions' channels.
    pub(in crate::embedded) fn all(&self) -> u32 {
        self.state().listeners.all
    }
}

impl State {
    /// Whether notifications may be among what PostgreSQL writes.
    pub(super) fn hears(&self) -> bool {
        let current = self.current.and_then(|id| self.lines.get(&id));
        self.listeners.all != 0 || current.is_some_and(|line| line.listens_now)
    }

    /// Takes the notifications out of what PostgreSQL writes, and gives the rest to whom it is for.
    pub(super) fn write_sorted(&mut self, bytes: &[u8]) {
        self.listeners.partial.extend_from_slice(bytes);
        let mut ready = std::mem::take(&mut self.listeners.partial);
        let mut rest = BytesMut::new();
        while let Some(len) = frames::length(&ready) {
            let frame = ready.split_to(len);
            if frame[0] == b'A' { self.notify(&frame) } else { rest.extend_from_slice(&frame) }
        }
        self.listeners.partial = ready;
        self.write_plain(&rest);
    }

    /// Gives a notification to the sessions that listen to its channel.
    fn notify(&mut self, frame: &[u8]) {
        let Some(channel) = frames::channel(frame) else { return };
        let from = self.current.map_or(0, crate::embedded::engine::process_id);
        let frame = frames::notification_from(frame, from);
        for (id, line) in &mut self.lines {
            // In a turn that may change its channels, PostgreSQL tells a session what it listens to now.
            let own = Some(*id) == self.current && line.listens_now;
            if own || line.channels.names.contains(channel) {
                line.write_aside(&frame);
            }
        }
    }
}
