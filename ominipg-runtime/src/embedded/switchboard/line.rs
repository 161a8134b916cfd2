//! One session as the switchboard sees it: bytes in both directions, and what PostgreSQL keeps for it.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;
use std::time::Instant;

use bytes::{Buf, BytesMut};

use super::Taken;
use super::listeners::{Channels, may_listen};
use crate::client::Stop;
use crate::embedded::frames::{self, Follower};
use crate::embedded::variables::Values;

/// PostgreSQL is held when this many bytes wait for the client, so that a large result is never held whole.
const OUTPUT_LIMIT: usize = 256 * 1024;
/// The client is held when this many bytes of whole messages wait for PostgreSQL.
const INPUT_LIMIT: usize = 1024 * 1024;

/// The settings of a session.
#[derive(Debug, Default, Clone)]
pub(in crate::embedded) struct Settings {
    /// Those that it changed: their values while another session has PostgreSQL.
    pub(in crate::embedded) values: BTreeMap<String, String>,
    /// Those that its client began with, which are its defaults.
    pub(in crate::embedded) first: BTreeMap<String, String>,
    /// The roles that it has taken, by the settings that tell so.
    pub(in crate::embedded) roles: BTreeMap<String, u32>,
    /// Whether it has had its first turn.
    pub(in crate::embedded) begun: bool,
}

impl Settings {
    /// What a client begins with.
    pub(in crate::embedded) fn begun_with(first: BTreeMap<String, String>) -> Self {
        Self { values: first.clone(), first, ..Self::default() }
    }

    pub(super) fn touch(&mut self, name: &str) {
        if !self.values.contains_key(name) {
            self.values.insert(name.to_owned(), String::new());
        }
    }
}

/// A session.
#[derive(Default)]
pub(in crate::embedded) struct Line {
    pub(super) input: BytesMut,
    /// How much of the input is whole messages.
    pub(super) whole: usize,
    /// How much at their end is data of a COPY, behind which more is to come.
    data: usize,
    /// How many of the next messages go nowhere.
    pub(super) discard: usize,
    /// How much of it PostgreSQL may read now: to the end of the next message that is answered by ReadyForQuery.
    granted: usize,
    output: BytesMut,
    follower: Follower,
    /// The transaction status of the last ReadyForQuery.
    status: u8,
    /// Whether nothing that is to be answered came after it.
    ready: bool,
    /// Since when its transaction is open.
    pub(super) transaction_since: Option<Instant>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    /// The client is gone.
    hung_up: bool,
    /// The client said goodbye, or sent what is no message; no more is read of it.
    terminated: bool,
    /// Nothing more is written to it.
    ended: bool,
    /// Since when it waits for its turn.
    pub(super) queued_since: Option<Instant>,
    /// Whether messages are passed over to the end of what was refused.
    pub(super) skipping: bool,
    /// Whether what it asked is to be cancelled, until that is answered.
    pub(super) cancelled: bool,
    /// How much of the input was there when it was.
    pub(super) cancel_left: usize,
    /// What ends what it asks, while it waits for that.
    pub(super) stop: Option<Stop>,
    /// PostgreSQL's variables for it, while another session has PostgreSQL.
    pub(in crate::embedded) values: Values,
    pub(in crate::embedded) settings: Settings,
    pub(super) channels: Channels,
    /// Prepared statements that may change them.
    listening_statements: BTreeSet<Vec<u8>>,
    /// Whether the turn may change them.
    pub(super) listens_now: bool,
    /// Whether PostgreSQL is to have them now in the place of all sessions'.
    pub(super) list_wanted: bool,
    /// With it, whoever is not the client may cancel its statement.
    secret: Vec<u8>,
}

impl Line {
    pub(super) fn new(greeting: &[u8], settings: Settings, secret: &[u8]) -> Self {
        Self {
            secret: secret.to_vec(),
            output: greeting.into(),
            status: b'I',
            ready: true,
            settings,
            ..Self::default()
        }
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    pub(super) fn put(&mut self, bytes: &[u8], waker: Option<&Waker>) -> usize {
        if self.terminated {
            return bytes.len();
        }
        if self.whole >= INPUT_LIMIT {
            self.writer = waker.cloned();
            return 0;
        }
        self.input.extend_from_slice(bytes);
        loop {
            match frames::first(&self.input[self.whole..]) {
                Ok(Some(frame)) if frame.kind == b'X' => {
                    self.stop_reading();
                    break;
                }
                Ok(Some(frame)) if self.discard > 0 => {
                    self.discard -= 1;
                    let rest = self.input.split_off(self.whole);
                    self.input.extend_from_slice(&rest[frame.len..]);
                }
                Ok(Some(frame)) => {
                    self.whole += frame.len;
                    self.data = if frame.kind == b'd' { self.data + frame.len } else { 0 };
                }
                Ok(None) => break,
                Err(malformed) => {
                    self.output.extend(frames::error_response(
                        "FATAL",
                        "08P01",
                        &malformed.to_string(),
                        None,
                    ));
                    self.stop_reading();
                    break;
                }
            }
        }
        self.skip();
        bytes.len()
    }

    fn stop_reading(&mut self) {
        self.terminated = true;
        self.input.truncate(self.whole);
        self.end_if_done();
    }

    /// A client that said goodbye is done with when all that it asked is answered.
    pub(super) fn end_if_done(&mut self) {
        if self.terminated && self.whole == 0 && self.is_idle() && !self.ended {
            self.ended = true;
            self.wake_reader();
        }
    }

    pub(super) fn take(&mut self, most: usize, waker: Option<&Waker>) -> Taken {
        if self.output.is_empty() {
            if self.ended {
                return Taken::End;
            }
            if let Some(waker) = waker {
                self.reader = Some(waker.clone());
            }
            return Taken::Nothing;
        }
        let n = self.output.len().min(most);
        Taken::Bytes(self.output.split_to(n))
    }

    /// How much waits, where that is nothing but data of a COPY of which more is to come.
    pub(super) fn data_waits(&self) -> Option<usize> {
        (self.data > 0 && self.data >= self.whole && !self.is_finished()).then_some(self.whole)
    }

    pub(super) fn has_whole(&self) -> bool {
        self.whole > 0
    }

    /// Whether all that was given to PostgreSQL is answered, and no transaction is open.
    pub(super) fn is_idle(&self) -> bool {
        self.ready && self.status == b'I'
    }

    /// Cancels what is asked, until that is answered.
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        self.cancel_left = self.whole;
    }

    /// Whether all that was given to PostgreSQL is answered.
    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    pub(super) fn is_in_transaction(&self) -> bool {
        self.ready && self.status != b'I'
    }

    pub(super) fn hang_up(&mut self) {
        self.hung_up = true;
        self.output.clear();
        self.stop_reading();
        // What PostgreSQL has not begun to read is not begun any more.
        self.input.truncate(self.granted);
        self.whole = self.granted;
    }

    /// Whether what PostgreSQL does for it is to end.
    pub(super) fn is_to_stop(&self) -> bool {
        self.cancelled || self.hung_up || self.stop.as_ref().is_some_and(Stop::is_due)
    }

    pub(super) fn hung_up(&self) -> bool {
        self.hung_up
    }

    /// Whether the client is gone or done, and PostgreSQL has nothing of it under way.
    pub(super) fn is_gone(&self) -> bool {
        (self.hung_up || self.terminated) && self.whole == 0 && self.is_idle()
    }

    /// Whether no more will be read of the client.
    pub(super) fn is_finished(&self) -> bool {
        self.hung_up || self.terminated
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }

    /// Ends it with some last words.
    pub(super) fn end(&mut self, farewell: &[u8]) {
        if !self.ended {
            self.output.extend_from_slice(farewell);
        }
        self.ended = true;
        self.terminated = true;
        self.input.truncate(self.granted);
        self.whole = self.granted;
        self.wake_reader();
        self.writer.take().into_iter().for_each(Waker::wake);
    }

    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Reads what PostgreSQL may have; says how much, and whether that begins a statement.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> (usize, bool) {
        let begins = self.granted == 0 && self.whole > 0;
        if begins {
            self.grant();
        }
        let n = self.granted.min(buffer.len());
        self.input.copy_to_slice(&mut buffer[..n]);
        self.granted -= n;
        self.whole -= n;
        self.data = self.data.min(self.whole);
        self.cancel_left = self.cancel_left.saturating_sub(n);
        if self.whole < INPUT_LIMIT
            && let Some(writer) = self.writer.take()
        {
            writer.wake();
        }
        (n, begins && !self.ready)
    }

    fn grant(&mut self) {
        while self.granted < self.whole {
            let frame = match frames::first(&self.input[self.granted..]) {
                Ok(Some(frame)) => frame,
                _ => unreachable!("whole messages were found here before"),
            };
            let message = &self.input[self.granted..self.granted + frame.len];
            let listens = match frame.kind {
                b'Q' => may_listen(message),
                b'P' => {
                    let listens = may_listen(message);
                    if listens && let Some((name, _)) = frames::two_names(message) {
                        self.listening_statements.insert(name.to_vec());
                    }
                    false
                }
                b'B' if !self.listening_statements.is_empty() => frames::two_names(message)
                    .is_some_and(|(_, statement)| self.listening_statements.contains(statement)),
                _ => false,
            };
            if listens && !self.listens_now {
                self.listens_now = true;
                self.list_wanted = true;
            }
            self.granted += frame.len;
            // Outside of a COPY, PostgreSQL reads these without an answer.
            if !matches!(frame.kind, b'd' | b'c' | b'f' | b'H') {
                self.ready = false;
            }
            if matches!(frame.kind, b'Q' | b'S' | b'F' | b'c' | b'f') {
                return;
            }
        }
    }

    /// Whether PostgreSQL must wait for the client before it writes more.
    pub(super) fn is_full(&self) -> bool {
        self.output.len() >= OUTPUT_LIMIT && !self.hung_up && !self.ended && !self.cancelled
    }

    /// Writes what is no part of an answer.
    pub(super) fn write_aside(&mut self, bytes: &[u8]) {
        if !self.hung_up && !self.ended {
            self.output.extend_from_slice(bytes);
            self.wake_reader();
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        if let Some((status, _)) = self.follower.follow(bytes) {
            self.status = status;
            self.ready = true;
            self.transaction_since = match (status, self.transaction_since) {
                (b'I', _) => None,
                (_, since) => since.or_else(|| Some(Instant::now())),
            };
            // What was asked behind this answer before it was cancelled is still to come; what came after is not meant.
            self.cancelled &= self.cancel_left > 0;
        }
        if !self.hung_up && !self.ended {
            self.output.extend_from_slice(bytes);
        }
        self.end_if_done();
        self.wake_reader();
    }

    /// What PostgreSQL is told in the place of a client that is gone, for it to end what is under way.
    pub(super) fn last_words(&self, in_copy: bool) -> Vec<u8> {
        if in_copy {
            frames::message_of(b'f', b"the client is gone\0")
        } else if self.ready {
            frames::query("ROLLBACK")
        } else {
            frames::message_of(b'S', b"")
        }
    }

    /// Puts last words where the client's own would be.
    pub(super) fn put_last_words(&mut self, in_copy: bool) {
        let words = self.last_words(in_copy);
        self.input.clear();
        self.input.extend_from_slice(&words);
        self.whole = words.len();
        self.granted = 0;
    }
}
