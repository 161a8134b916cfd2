//! The bytes between the client and PostgreSQL: two buffers, filled on one side and emptied on the other.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use bytes::{Buf, BytesMut};

/// PostgreSQL is held when this many bytes wait for the client, so that a large result is never held whole.
const OUTPUT_LIMIT: usize = 256 * 1024;
/// The client is held when this many bytes wait for PostgreSQL.
const INPUT_LIMIT: usize = 1024 * 1024;

/// Both buffers of one engine.
///
/// Nothing here wakes anybody: the stream that owns the session polls it whenever it has moved bytes.
#[derive(Default)]
pub(super) struct Wire {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    input: BytesMut,
    output: BytesMut,
    closing: bool,
}

impl Wire {
    /// A wire that gives `input` and then ends.
    pub(super) fn script(input: &[u8]) -> Self {
        let state = State { input: input.into(), output: BytesMut::new(), closing: true };
        Self { state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until PostgreSQL has something to read, or the end.
    pub(super) async fn readable(&self) {
        poll_fn(|_| {
            let state = self.state();
            if state.input.is_empty() && !state.closing { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// Waits until PostgreSQL may write.
    pub(super) async fn writable(&self) {
        poll_fn(|_| {
            let state = self.state();
            if state.output.len() >= OUTPUT_LIMIT && !state.closing { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// Takes what PostgreSQL reads; 0 is the end.
    pub(super) fn take_input(&self, buffer: &mut [u8]) -> usize {
        let mut state = self.state();
        let n = state.input.len().min(buffer.len());
        state.input.copy_to_slice(&mut buffer[..n]);
        n
    }

    /// Puts what PostgreSQL writes; after the close nobody reads it.
    pub(super) fn put_output(&self, bytes: &[u8]) {
        let mut state = self.state();
        if !state.closing {
            state.output.extend_from_slice(bytes);
        }
    }

    /// Puts bytes of the client, and says how many; 0 where PostgreSQL must first take some.
    pub(super) fn put_input(&self, bytes: &[u8]) -> usize {
        let mut state = self.state();
        if state.input.len() >= INPUT_LIMIT {
            return 0;
        }
        state.input.extend_from_slice(bytes);
        bytes.len()
    }

    /// Takes what the client reads.
    pub(super) fn take_output(&self, most: usize) -> BytesMut {
        let mut state = self.state();
        let n = state.output.len().min(most);
        state.output.split_to(n)
    }

    pub(super) fn has_output(&self) -> bool {
        !self.state().output.is_empty()
    }

    /// Whether PostgreSQL could go on: it has input, or is to end.
    pub(super) fn has_input(&self) -> bool {
        let state = self.state();
        !state.input.is_empty() || state.closing
    }

    /// Ends the input; what PostgreSQL writes from now on is dropped.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closing = true;
        state.output.clear();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }
}
