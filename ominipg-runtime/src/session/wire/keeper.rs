use std::sync::Arc;
use std::task::{Context, Poll};

use super::{MOVES, Wire};

/// Moves the bytes of a wire while nobody waits for an answer: what the server says on its own, what is sent and not waited
/// for, the end.
pub(super) struct Keeper(pub(super) Arc<Wire>);

impl Keeper {
    /// Comes when the connection has ended.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.turns.keep(cx.waker());
        for _ in 0..MOVES {
            if !self.0.advance() {
                return Poll::Ready(());
            }
            if !self.0.turns.is_due() {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Where its runtime is shut down, nobody would hear of what comes.
        self.0.end_now();
    }
}
