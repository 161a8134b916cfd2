use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::broadcast::Receiver;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use super::Event;

/// The events of a database, as a stream.
///
/// It ends with [`Event::Close`], or with the last handle. The database never waits for who listens: of those who are
/// 256 events behind, the oldest are dropped, and [`Event::Missed`] stands for them.
pub struct Events {
    first: VecDeque<Event>,
    rest: BroadcastStream<Event>,
    closed: bool,
}

impl Events {
    pub(super) fn new(first: VecDeque<Event>, rest: Receiver<Event>) -> Self {
        Self { first, rest: BroadcastStream::new(rest), closed: false }
    }

    /// Waits for the next event; `None` once there are no more.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        if let Some(first) = self.first.pop_front() {
            self.closed = first == Event::Close;
            return Poll::Ready(Some(first));
        }
        if self.closed {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.rest).poll_next(cx).map(|next| {
            let event = match next? {
                Ok(event) => event,
                Err(BroadcastStreamRecvError::Lagged(count)) => Event::Missed(count),
            };
            self.closed = event == Event::Close;
            Some(event)
        })
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
