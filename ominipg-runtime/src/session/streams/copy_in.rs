use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_sink::Sink;
use tokio_postgres::CopyInSink;
use tokio_postgres::types::Type;

use super::copy_in_rows::CopyInRows;
use super::exchange::Exchange;
use crate::error::{Error, ErrorKind};
use crate::session::control;
use crate::session::target::Running;

/// How much is sent as one message: PostgreSQL takes each only when it is whole.
const PIECE: usize = 64 * 1024;

/// Takes the data of a `COPY … FROM STDIN`: [`Ominipg::copy_in`](crate::Ominipg::copy_in).
///
/// Dropped before [`finish`](Self::finish), it aborts the COPY: no row is written. In a transaction that is a statement that
/// failed, after which only a rollback, or one to a savepoint, goes on.
#[must_use = "without `finish` nothing is written"]
pub struct CopyIn<'a> {
    /// `None` once it has ended.
    sink: Option<Pin<Box<CopyInSink<Bytes>>>>,
    exchange: Exchange<'a>,
    /// Whether PostgreSQL has not yet taken what it was sent.
    waits: bool,
}

impl<'a> CopyIn<'a> {
    pub(crate) fn begin<'b>(mut exchange: Exchange<'a>, sql: &'b str) -> Running<'b, Self>
    where
        'a: 'b,
    {
        Box::pin(async move {
            exchange.runs(sql);
            exchange.begun(control::check_copy_in(sql))?;
            Self::run(exchange, sql).await
        })
    }

    /// The same, of the runtime's own making: its names may be what the check takes for comments.
    pub(crate) fn run<'b>(mut exchange: Exchange<'a>, sql: &'b str) -> Running<'b, Self>
    where
        'a: 'b,
    {
        Box::pin(async move {
            exchange.runs(sql);
            let begun = exchange.bound(pin!(exchange.connection()?.copy_in(sql, exchange.is_alone()))).await;
            let sink = exchange.begun(begun)?;
            Ok(Self { sink: Some(Box::pin(sink)), exchange, waits: false })
        })
    }

    /// Sends some data, and waits where PostgreSQL has not taken what came before.
    ///
    /// The data may be cut anywhere. What PostgreSQL has against it, [`finish`](Self::finish) tells. Where this is dropped
    /// before it is done, it is not known how much was sent: drop the COPY too.
    ///
    /// # Errors
    ///
    /// Where the connection breaks, or a limit of its call ends the COPY; it is aborted then.
    pub async fn send(&mut self, data: impl Into<Bytes>) -> Result<(), Error> {
        let mut data = data.into();
        while !data.is_empty() {
            let mut piece = Some(data.split_to(data.len().min(PIECE)));
            let mut step = |mut sink: Pin<&mut CopyInSink<Bytes>>, cx: &mut Context<'_>| {
                ready!(sink.as_mut().poll_ready(cx))?;
                Poll::Ready(piece.take().map_or(Ok(()), |piece| sink.start_send(piece)))
            };
            poll_fn(|cx| self.poll(cx, &mut step)).await?;
        }
        Ok(())
    }

    /// Takes rows of values rather than bytes: `FORMAT binary`, and the types of the columns that the SQL names.
    ///
    /// ```no_run
    /// # async fn fill(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::Type;
    ///
    /// let copy = db.copy_in("COPY planes (name, seats) FROM STDIN (FORMAT binary)").await?;
    /// let mut rows = copy.rows([Type::TEXT, Type::INT4]);
    /// rows.send(&[&"A320", &180]).await?;
    /// rows.send(&[&"747, the old one", &None::<i32>]).await?;
    /// rows.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows(self, types: impl IntoIterator<Item = Type>) -> CopyInRows<'a> {
        CopyInRows::new(self, types.into_iter().collect())
    }

    /// Ends the data, and returns how many rows were written.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the data, with the line that it stopped at: nothing is written then. Where the connection
    /// breaks or a limit ends the call while this is under way, or its future is dropped, the rows may have been written.
    pub async fn finish(mut self) -> Result<u64, Error> {
        let rows = poll_fn(|cx| self.poll(cx, |sink, cx| sink.poll_finish(cx))).await?;
        self.sink = None;
        let committed = self.exchange.bound(pin!(self.exchange.connection()?.commit_copy())).await;
        self.exchange.begun(committed)?;
        self.exchange.finish();
        Ok(rows)
    }

    fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(
            Pin<&mut CopyInSink<Bytes>>,
            &mut Context<'_>,
        ) -> Poll<Result<T, tokio_postgres::Error>>,
    ) -> Poll<Result<T, Error>> {
        let Some(sink) = &mut self.sink else {
            let message = "this COPY has ended: begin another with `copy_in`";
            return Poll::Ready(Err(Error::new(ErrorKind::Copy, message)));
        };
        let polled = self.exchange.poll(cx, |cx| step(sink.as_mut(), cx));
        self.waits = polled.is_pending();
        if let Poll::Ready(Err(error)) = &polled {
            self.sink = None;
            self.exchange.pump();
            if let Ok(connection) = self.exchange.connection() {
                connection.give_up_copy();
            }
            self.exchange.end(Err(error));
        }
        polled
    }
}

impl Drop for CopyIn<'_> {
    fn drop(&mut self) {
        let Some(sink) = self.sink.take() else { return };
        // This tells PostgreSQL that the data failed.
        drop(sink);
        self.exchange.abort(self.waits);
    }
}

impl fmt::Debug for CopyIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyIn").finish_non_exhaustive()
    }
}
