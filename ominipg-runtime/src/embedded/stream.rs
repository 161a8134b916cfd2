//! The client's end of the wire: reading it runs PostgreSQL.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::backend::Backend;
use super::wire::Wire;
use crate::error::Error;

type Session = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// An in-process byte stream whose other end is PostgreSQL; dropping it shuts PostgreSQL down.
///
/// The backend is a future that waits for input and for room in the output. Whoever polls this stream runs it on the
/// spot, so that one thread carries both the client's protocol and the engine.
pub(super) struct EngineStream {
    wire: Arc<Wire>,
    session: Option<Session>,
    ending: Ending,
}

/// Why the engine of a database failed; empty while it has not.
pub(super) type Ending = Arc<OnceLock<String>>;

impl EngineStream {
    /// `ending` is told what goes wrong where nobody reads any more: at the shutdown.
    pub(super) fn new(backend: Backend, ending: Ending) -> Self {
        let wire = Arc::new(Wire::default());
        let session: Session = Box::pin(backend.serve(Arc::clone(&wire)));
        Self { wire, session: Some(session), ending }
    }

    /// Runs PostgreSQL until it waits; ready when it has ended.
    fn run(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(session) = &mut self.session else { return Poll::Ready(Ok(())) };
        let ended = session.as_mut().poll(cx);
        if ended.is_ready() {
            self.session = None;
        }
        ended.map_err(io::Error::other)
    }
}

impl Drop for EngineStream {
    fn drop(&mut self) {
        // A session that panicked must not be polled again: a second panic would end the process.
        if std::thread::panicking() {
            return;
        }
        self.wire.close();
        // A closed wire never makes PostgreSQL wait, so that one poll runs it to its end.
        if let Poll::Ready(Err(error)) = self.run(&mut Context::from_waker(Waker::noop())) {
            tracing::error!(target: "ominipg::engine", "the embedded database did not shut down: {error}");
            self.ending.get_or_init(|| error.to_string());
        }
    }
}

impl AsyncRead for EngineStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let output = self.wire.take_output(buffer.remaining());
            if !output.is_empty() {
                buffer.put_slice(&output);
                return Poll::Ready(Ok(()));
            }
            let ended = self.run(cx)?;
            if !self.wire.has_output() {
                return ended.map(Ok);
            }
        }
    }
}

impl AsyncWrite for EngineStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.session.is_none() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        // Whether the bytes were taken or must wait, the next step is to read: that runs PostgreSQL.
        cx.waker().wake_by_ref();
        match self.wire.put_input(bytes) {
            0 if !bytes.is_empty() => Poll::Pending,
            n => Poll::Ready(Ok(n)),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Ends the client's side, and waits until PostgreSQL has shut down.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.close();
        self.run(cx)
    }
}
