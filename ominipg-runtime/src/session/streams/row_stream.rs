use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio_postgres::Row;

use super::exchange::Exchange;
use super::reading::Reading;
use crate::error::Error;
use crate::param::Params;
use crate::session::target::Running;

/// The rows of a statement, one by one: [`Ominipg::query_stream`](crate::Ominipg::query_stream).
///
/// It holds its connection until it ends: after the last row, after an error, or when it is dropped, which cancels the
/// statement. PostgreSQL goes no faster than the rows are taken, and only some hundred kilobytes of them are kept.
#[must_use = "rows are read only as they are taken"]
pub struct RowStream<'a>(Reading<'a, tokio_postgres::RowStream>);

impl<'a> RowStream<'a> {
    pub(crate) fn begin<'b>(mut exchange: Exchange<'a>, sql: &'b str, params: Params<'b>) -> Running<'b, Self>
    where
        'a: 'b,
    {
        Box::pin(async move {
            exchange.runs(sql);
            let again = exchange.is_alone();
            let begun = exchange.bound(exchange.connection()?.stream(sql, params, again)).await;
            let rows = exchange.begun(begun)?;
            Ok(Self(Reading::new(rows, exchange)))
        })
    }

    /// Waits for the next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where the statement fails, or a limit of its call ends it; nothing follows.
    pub async fn next(&mut self) -> Option<Result<Row, Error>> {
        poll_fn(|cx| self.0.poll_next(cx)).await
    }
}

impl Stream for RowStream<'_> {
    type Item = Result<Row, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next(cx)
    }
}

impl Drop for RowStream<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl fmt::Debug for RowStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}
