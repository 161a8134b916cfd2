use std::pin::pin;
use std::task::{Context, Poll, ready};

use tokio::task::consume_budget;
#[cfg(feature = "embedded")]
use tokio_postgres::{AsyncMessage, Error};

#[cfg(feature = "embedded")]
use super::ended::Ended;
#[cfg(feature = "embedded")]
use super::wire::OnMessage;
use super::wire::{Place, Wire};
use crate::client::Stop;

/// A connection to an embedded engine, whose bytes are moved by whoever waits for an answer: no task and no thread stands
/// between.
pub(crate) struct Line {
    wire: Wire,
    control: Box<dyn LineControl>,
}

/// Ends what runs at the other end of a line.
pub(crate) trait LineControl: Send + Sync {
    /// Cancels what is under way.
    fn cancel(&self);

    /// Cancels what is under way when `stop` says so, until told otherwise.
    fn stop_at(&self, stop: Option<Stop>);

    /// Whether the session there has ended, which nobody has read of yet.
    fn is_over(&self) -> bool;

    /// Why what is there failed, once it has.
    fn failure(&self) -> Option<String>;

    /// Lets the next messages of the client go nowhere.
    fn discard(&self, messages: usize);
}

impl Line {
    #[cfg(feature = "embedded")]
    pub(crate) fn new(
        messages: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> + Send + 'static,
        on_message: OnMessage,
        control: impl LineControl + 'static,
    ) -> Self {
        Self { wire: Wire::new(messages, on_message), control: Box::new(control) }
    }

    /// Cancels what is under way.
    pub(super) fn cancel(&self) {
        self.control.cancel();
    }

    /// Cancels what is under way when `stop` says so, until told otherwise.
    pub(super) fn stop_at(&self, stop: Option<Stop>) {
        self.control.stop_at(stop);
    }

    /// Whether the session at the other end has ended.
    pub(super) fn is_over(&self) -> bool {
        self.control.is_over()
    }

    /// Why the other end failed, once it has.
    pub(super) fn failure(&self) -> Option<String> {
        self.control.failure()
    }

    /// Why it ended, once it has.
    #[cfg(feature = "embedded")]
    pub(super) fn end(&self) -> &Ended {
        self.wire.end()
    }

    /// What moves its bytes, for somebody who is about to wait for an answer.
    pub(super) async fn begin(&self) -> &Wire {
        // A task that asks in a loop never waits where it is answered on the spot: others that its thread is to run would
        // wait for it to end.
        consume_budget().await;
        &self.wire
    }

    /// Asks for a part of an answer, and moves the connection's bytes where that is not there yet.
    pub(super) fn poll<T>(
        &self,
        place: &mut Place,
        cx: &mut Context<'_>,
        part: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        // As for whole answers.
        ready!(pin!(consume_budget()).poll(cx));
        self.wire.poll_part(place, cx, part)
    }

    /// Lets the next messages of the client go nowhere.
    pub(super) fn discard(&self, messages: usize) {
        self.control.discard(messages);
    }

    /// Moves what bytes can be moved now.
    pub(super) fn pump(&self) {
        self.wire.pump();
    }
}
