//! The bytes of a connection: those who wait for its answers move them, so that no other task stands between a caller and
//! what answers. While nobody waits for a server, a task of the wire's own does, the keeper.

mod caller;
mod keeper;
mod turns;

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio_postgres::{AsyncMessage, Error};

use self::caller::MOVES;
pub(super) use self::caller::{Caller, Place};
use self::keeper::Keeper;
use self::turns::{OnAnswer, OnBytes, Turns};
use super::ended::Ended;
use crate::error::chain;

/// What the other end sends on its own.
pub(crate) type OnMessage = Box<dyn FnMut(AsyncMessage) + Send>;

/// The next message of a connection; polling it moves the connection's bytes.
type Messages = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> + Send>;

/// A connection, and whose turn it is to move its bytes.
pub(super) struct Wire {
    /// `None` once it has ended.
    connection: Mutex<Option<(Messages, OnMessage)>>,
    turns: Arc<Turns>,
    /// Told when there are bytes to move.
    on_bytes: Waker,
    /// Told when an answer is there.
    on_answer: Waker,
    ended: Ended,
}

impl Wire {
    /// A wire without a keeper.
    pub(super) fn new(
        messages: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> + Send + 'static,
        on_message: OnMessage,
    ) -> Self {
        let turns = Arc::<Turns>::default();
        Self {
            connection: Mutex::new(Some((Box::new(messages), on_message))),
            on_bytes: Arc::new(OnBytes(Arc::clone(&turns))).into(),
            on_answer: Arc::new(OnAnswer(Arc::clone(&turns))).into(),
            turns,
            ended: Ended::default(),
        }
    }

    /// The same with a keeper, which runs on tokio's current runtime.
    pub(super) fn kept(self) -> Arc<Self> {
        let wire = Arc::new(self);
        let keeper = Keeper(Arc::clone(&wire));
        tokio::spawn(async move { poll_fn(|cx| keeper.poll(cx)).await });
        wire
    }

    /// Why it ended, once it has.
    pub(super) fn end(&self) -> &Ended {
        &self.ended
    }

    /// Asks for a part of an answer, and leaves it to the keeper to move the bytes.
    pub(super) fn watch<T>(
        &self,
        cx: &mut Context<'_>,
        mut part: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let polled = part(cx);
        if polled.is_pending() {
            self.turns.watch();
        }
        polled
    }

    /// Moves what bytes can be moved now, until there are no more.
    pub(super) fn pump(&self) {
        while self.advance() && self.turns.is_due() {}
    }

    /// Moves what bytes can be moved now, and says whether there is still a connection.
    fn advance(&self) -> bool {
        let mut connection = self.connection.lock().unwrap_or_else(|panicked| {
            // What was moved half is not gone on with: everybody who waits hears that the connection is closed.
            let mut connection = panicked.into_inner();
            *connection = None;
            connection
        });
        self.turns.begin_move();
        let Some((messages, on_message)) = connection.as_mut() else { return false };
        let mut context = Context::from_waker(&self.on_bytes);
        loop {
            match messages(&mut context) {
                Poll::Pending => return true,
                Poll::Ready(Some(Ok(message))) => on_message(message),
                Poll::Ready(end) => {
                    if let Some(Err(error)) = end {
                        tracing::debug!(error = %chain(&error), "a connection ended");
                        // Before the client learns that it is closed, which it does when the connection goes.
                        self.ended.note(error);
                    }
                    *connection = None;
                    return false;
                }
            }
        }
    }

    /// Ends it, for want of a runtime.
    fn end_now(&self) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
