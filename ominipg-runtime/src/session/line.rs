use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use tokio::task::consume_budget;
use tokio_postgres::{AsyncMessage, Error};

use super::ended::Ended;
use crate::client::Stop;

/// What the other end sends on its own.
pub(crate) type OnMessage = Box<dyn FnMut(AsyncMessage) + Send>;

/// The next message of a connection; polling it moves the connection's bytes.
type Messages = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> + Send>;

/// A connection whose bytes are moved by whoever waits for an answer: no task and no thread stands between a caller and an
/// embedded engine.
pub(crate) struct Line {
    messages: Mutex<Option<Messages>>,
    on_message: Mutex<OnMessage>,
    signal: Arc<Signal>,
    control: Box<dyn LineControl>,
    end: Ended,
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

/// Tells that a connection can move more bytes.
#[derive(Default)]
struct Signal {
    given: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.given.store(true, Ordering::Release);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Line {
    #[cfg(feature = "embedded")]
    pub(crate) fn new(
        messages: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> + Send + 'static,
        on_message: OnMessage,
        control: impl LineControl + 'static,
    ) -> Self {
        Self {
            messages: Mutex::new(Some(Box::new(messages))),
            on_message: Mutex::new(on_message),
            signal: Arc::default(),
            control: Box::new(control),
            end: Ended::default(),
        }
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
        &self.end
    }

    /// Waits for an answer, and moves the connection's bytes meanwhile.
    pub(super) async fn drive<T>(&self, answer: impl Future<Output = T>) -> T {
        let mut answer = pin!(answer);
        poll_fn(|cx| self.poll(cx, |cx| answer.as_mut().poll(cx))).await
    }

    /// Asks for a part of an answer, and moves the connection's bytes where that is not there yet.
    pub(super) fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut answer: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        // A task that asks in a loop never waits where it is answered on the spot: others that its thread is to run would
        // wait for it to end.
        ready!(pin!(consume_budget()).poll(cx));
        let waker = Waker::from(Arc::clone(&self.signal));
        let mut context = Context::from_waker(&waker);
        let mut registered = false;
        loop {
            self.signal.given.store(false, Ordering::Release);
            if let Poll::Ready(value) = answer(&mut context) {
                return Poll::Ready(value);
            }
            self.advance(&mut context);
            if let Poll::Ready(value) = answer(&mut context) {
                return Poll::Ready(value);
            }
            if self.signal.given.load(Ordering::Acquire) {
                continue;
            }
            if registered {
                return Poll::Pending;
            }
            // What comes from here on wakes this task; what came just before is looked at once more.
            *self.signal.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
            registered = true;
        }
    }

    /// Lets the next messages of the client go nowhere.
    pub(super) fn discard(&self, messages: usize) {
        self.control.discard(messages);
    }

    /// Moves what bytes can be moved now.
    pub(super) fn pump(&self) {
        let waker = Waker::from(Arc::clone(&self.signal));
        let mut context = Context::from_waker(&waker);
        loop {
            self.signal.given.store(false, Ordering::Release);
            self.advance(&mut context);
            if !self.signal.given.load(Ordering::Acquire) {
                return;
            }
        }
    }

    fn advance(&self, context: &mut Context<'_>) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(next) = messages.as_mut() {
            match next(context) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(message))) => {
                    let mut on_message = self.on_message.lock().unwrap_or_else(PoisonError::into_inner);
                    on_message(message);
                }
                // Its end: with it goes the sender of every answer, so that who waits is told.
                Poll::Ready(end) => {
                    if let Some(Err(error)) = end {
                        self.end.note(error);
                    }
                    *messages = None;
                }
            }
        }
    }
}
