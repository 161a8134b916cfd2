use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;

use super::exchange::Exchange;
use crate::error::Error;

/// How many pieces that are there already a stream that is dropped takes, so as not to cancel what has ended.
const REST: usize = 1_000;

/// What a statement answers, piece by piece.
pub(super) struct Reading<'a, S> {
    /// `None` once it has ended. It goes before the connection is given back, or the next user's answers would wait behind
    /// pieces that nobody takes.
    pieces: Option<Pin<Box<S>>>,
    exchange: Exchange<'a>,
}

impl<'a, S, T> Reading<'a, S>
where
    S: Stream<Item = Result<T, tokio_postgres::Error>>,
{
    pub(super) fn new(pieces: S, exchange: Exchange<'a>) -> Self {
        Self { pieces: Some(Box::pin(pieces)), exchange }
    }

    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        let Some(pieces) = &mut self.pieces else { return Poll::Ready(None) };
        let next = ready!(self.exchange.poll(cx, |cx| pieces.as_mut().poll_next(cx).map(Option::transpose)));
        if let Ok(Some(piece)) = next {
            return Poll::Ready(Some(Ok(piece)));
        }
        self.pieces = None;
        match next {
            Err(error) => {
                self.exchange.end(Err(&error));
                Poll::Ready(Some(Err(error)))
            }
            Ok(_) => {
                self.exchange.finish();
                Poll::Ready(None)
            }
        }
    }

    /// Ends it before its end, which is none where all that is left has arrived.
    pub(super) fn stop(&mut self) {
        let Some(mut pieces) = self.pieces.take() else { return };
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..REST {
            match pieces.as_mut().poll_next(&mut context) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(None) => {
                    drop(pieces);
                    return self.exchange.finish();
                }
                Poll::Ready(Some(Err(_))) | Poll::Pending => return,
            }
        }
    }
}
