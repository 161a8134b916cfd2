use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::unconstrained;
use tokio_postgres::AsyncMessage;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{Notification, channel};
use crate::client::{CallKind, Limits};
use crate::error::{Error, ErrorKind};
use crate::session::backend::Backend;
use crate::session::call::Call;
use crate::session::connection::Connection;
use crate::session::notices;
use crate::session::wire::Place;

/// What is told on the channels that [`Ominipg::listen`](crate::Ominipg::listen) named, in the order of the commits.
///
/// The database never waits for who listens, and nothing is lost: what is not taken yet is kept in this process, without
/// a bound. It ends with `None` when the database is closed or its last handle goes. Where the connection breaks, it
/// ends with an error of the kind [`ErrorKind::Connection`]: what was told since is lost, so listen again, and then look
/// for what changed. Dropped, it listens no more.
#[must_use = "who drops it listens no more"]
pub struct Notifications {
    told: UnboundedReceiver<Notification>,
    /// `None` once it has ended.
    connection: Option<Connection>,
    /// Among those that wait on the connection.
    place: Place,
    ending: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Notifications {
    pub(crate) async fn listen(
        backend: &Arc<Backend>,
        limits: &Limits,
        names: &[String],
    ) -> Result<Self, Error> {
        let sql = channel::listen(names)?;
        let (sender, told) = mpsc::unbounded_channel();
        let mut notices = notices::listener(Arc::clone(backend.monitor()));
        let on_message = Box::new(move |message| match message {
            // Who has dropped the stream is told no more.
            AsyncMessage::Notification(told) => drop(sender.send(told.into())),
            other => notices(other),
        });
        let call = Call::new(limits);
        let mut listening = Box::pin(async {
            let connection = backend.further(on_message).await?;
            backend.patient(pin!(call.on(&connection, pin!(connection.batch(&sql))))).await?;
            Ok(connection)
        });
        let connection = Some(call.run(backend, CallKind::Listen, listening.as_mut()).await?);
        Ok(Self { told, connection, place: Place::default(), ending: Box::pin(backend.ending()) })
    }

    /// Waits for the next notification; `None` once there are no more.
    ///
    /// # Errors
    ///
    /// Where the connection breaks; nothing follows.
    pub async fn next(&mut self) -> Option<Result<Notification, Error>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Notification, Error>>> {
        let Some(connection) = &self.connection else { return Poll::Ready(None) };
        if self.ending.as_mut().poll(cx).is_ready() {
            self.connection = None;
            return Poll::Ready(None);
        }
        // A channel that tells the task to make way, as tokio's do, would be asked again at once by an embedded connection.
        let polled =
            connection.poll(&mut self.place, cx, |cx| pin!(unconstrained(self.told.recv())).poll(cx));
        if let Poll::Ready(Some(told)) = polled {
            return Poll::Ready(Some(Ok(told)));
        }
        let Some(error) = connection.ending() else { return Poll::Pending };
        self.connection = None;
        match error.kind() {
            ErrorKind::Closed => Poll::Ready(None),
            _ => Poll::Ready(Some(Err(error.context("listening has ended, and is to be begun again")))),
        }
    }
}

impl Stream for Notifications {
    type Item = Result<Notification, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications").finish_non_exhaustive()
    }
}
