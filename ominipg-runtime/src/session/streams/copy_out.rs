use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use tokio_postgres::CopyOutStream;

use super::exchange::Exchange;
use super::reading::Reading;
use crate::error::Error;
use crate::session::control;
use crate::session::target::Running;

/// What a `COPY … TO STDOUT` gives, piece by piece: [`Ominipg::copy_out`](crate::Ominipg::copy_out).
///
/// In the text and CSV formats a piece is a whole line. Else it is as [`RowStream`](crate::RowStream): at the pace at which
/// it is read, and cancelled when it is dropped.
#[must_use = "data is read only as it is taken"]
pub struct CopyOut<'a>(Reading<'a, CopyOutStream>);

impl<'a> CopyOut<'a> {
    pub(crate) fn begin<'b>(mut exchange: Exchange<'a>, sql: &'b str) -> Running<'b, Self>
    where
        'a: 'b,
    {
        Box::pin(async move {
            exchange.runs(sql);
            exchange.begun(control::check_copy_out(sql))?;
            let begun = exchange.bound(pin!(exchange.connection()?.copy_out(sql, exchange.is_alone()))).await;
            let data = exchange.begun(begun)?;
            Ok(Self(Reading::new(data, exchange)))
        })
    }

    /// Waits for the next piece; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where the statement fails, or a limit of its call ends it; nothing follows.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.0.poll_next(cx)).await
    }
}

impl Stream for CopyOut<'_> {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next(cx)
    }
}

impl Drop for CopyOut<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl fmt::Debug for CopyOut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOut").finish_non_exhaustive()
    }
}
