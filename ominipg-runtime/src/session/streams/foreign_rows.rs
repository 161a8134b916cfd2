use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use futures_core::Stream;
use tokio_postgres::{Row, RowStream};

use crate::client::PLAIN;
use crate::error::Error;

/// The rows of a statement on a client of others, whose own affair its connection is.
pub(super) struct ForeignRows {
    /// `None` once it has ended.
    rows: Option<Pin<Box<RowStream>>>,
    /// The text of the statement, for its errors.
    sql: Box<str>,
    /// When it began, where somebody wants to know.
    started: Option<Instant>,
}

impl ForeignRows {
    pub(super) fn new(rows: RowStream, sql: &str, started: Option<Instant>) -> Self {
        Self { rows: Some(Box::pin(rows)), sql: sql.into(), started }
    }

    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Row, Error>>> {
        let Some(rows) = &mut self.rows else { return Poll::Ready(None) };
        let next = ready!(rows.as_mut().poll_next(cx)).transpose();
        let next = next.map_err(|error| Error::from(error).in_statement(&self.sql));
        if !matches!(next, Ok(Some(_))) {
            self.rows = None;
            self.tell(Some(next.as_ref().map(|_| ())));
        }
        Poll::Ready(next.transpose())
    }

    /// Tells how it ended, once.
    fn tell(&mut self, end: Option<Result<(), &Error>>) {
        if let Some(started) = self.started.take() {
            PLAIN.tell(&self.sql, None, started, end.map(|result| result.map(|()| None)));
        }
    }
}

impl Drop for ForeignRows {
    fn drop(&mut self) {
        self.tell(None);
    }
}
