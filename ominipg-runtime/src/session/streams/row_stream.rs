use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio_postgres::Row;

use super::exchange::Exchange;
use super::foreign_rows::ForeignRows;
use super::reading::Reading;
use crate::client::PLAIN;
use crate::error::Error;
use crate::param::Params;
use crate::session::executor::Executor;
use crate::session::target::{Running, typed};

/// The rows of a statement, one by one: [`Ominipg::query_stream`](crate::Ominipg::query_stream).
///
/// It holds its connection until it ends: after the last row, after an error, or when it is dropped, which cancels the
/// statement. PostgreSQL goes no faster than the rows are taken, and only some hundred kilobytes of them are kept.
#[must_use = "rows are read only as they are taken"]
pub struct RowStream<'a>(Source<'a>);

enum Source<'a> {
    /// A connection of this library's.
    Own(Reading<'a, tokio_postgres::RowStream>),
    /// A client of others.
    Foreign(ForeignRows),
}

impl<'a> RowStream<'a> {
    pub(crate) fn begin<'b>(mut exchange: Exchange<'a>, sql: &'b str, params: Params<'b>) -> Running<'b, Self>
    where
        'a: 'b,
    {
        Box::pin(async move {
            exchange.runs(sql);
            let again = exchange.is_alone();
            let begun = exchange.bound(pin!(exchange.connection()?.stream(sql, params, again))).await;
            let rows = exchange.begun(begun)?;
            Ok(Self(Source::Own(Reading::new(rows, exchange))))
        })
    }

    /// Begins a statement on a client of others.
    pub(crate) async fn foreign(
        on: &(impl Executor + ?Sized),
        sql: &str,
        params: Params<'_>,
    ) -> Result<Self, Error> {
        let started = PLAIN.start();
        let begun = async { on.stream_typed(sql, &typed(params)?).await };
        let rows = begun.await.map_err(|error| error.in_statement(sql))?;
        Ok(Self(Source::Foreign(ForeignRows::new(rows, sql, started))))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Row, Error>>> {
        match &mut self.0 {
            Source::Own(rows) => rows.poll_next(cx),
            Source::Foreign(rows) => rows.poll_next(cx),
        }
    }

    /// Waits for the next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where the statement fails, or a limit of its call ends it; nothing follows.
    pub async fn next(&mut self) -> Option<Result<Row, Error>> {
        poll_fn(|cx| self.poll(cx)).await
    }
}

impl Stream for RowStream<'_> {
    type Item = Result<Row, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl Drop for RowStream<'_> {
    fn drop(&mut self) {
        if let Source::Own(rows) = &mut self.0 {
            rows.stop();
        }
    }
}

impl fmt::Debug for RowStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}
