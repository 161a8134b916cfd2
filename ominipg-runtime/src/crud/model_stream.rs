use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::rows::decode;
use crate::error::Error;
use crate::model::Model;
use crate::session::RowStream;

/// The rows that a search finds, one by one: [`Find::stream`](crate::Find::stream).
///
/// Else as [`RowStream`]: it holds its connection until it ends.
#[must_use = "rows are read only as they are taken"]
pub struct ModelStream<'a, M> {
    /// `None` after an error.
    rows: Option<RowStream<'a>>,
    validate: bool,
    model: PhantomData<fn() -> M>,
}

impl<'a, M: Model> ModelStream<'a, M> {
    pub(super) fn new(rows: RowStream<'a>, validate: bool) -> Self {
        Self { rows: Some(rows), validate, model: PhantomData }
    }

    /// Waits for the next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where the statement fails, a limit of its call ends it, or a row is not what the schema says; nothing follows.
    pub async fn next(&mut self) -> Option<Result<M, Error>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<M, Error>>> {
        let Some(rows) = &mut self.rows else { return Poll::Ready(None) };
        let validate = self.validate;
        let next = ready!(Pin::new(rows).poll_next(cx)).map(|row| row.and_then(|row| decode(&row, validate)));
        if !matches!(next, Some(Ok(_))) {
            self.rows = None;
        }
        Poll::Ready(next)
    }
}

impl<M: Model> Stream for ModelStream<'_, M> {
    type Item = Result<M, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<M> fmt::Debug for ModelStream<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelStream").finish_non_exhaustive()
    }
}
