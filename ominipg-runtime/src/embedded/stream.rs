//! The client's end of the wire: reading it runs PostgreSQL.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::backend::Backend;
use super::wire::Wire;
use crate::error::Error;

type Session = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Why the engine of a database ended; empty while it runs.
pub(super) type Ending = Arc<Mutex<Option<String>>>;

/// An in-process byte stream whose other end is PostgreSQL.
///
/// The backend is a future that waits for input and for room in the output. Whoever polls this stream runs it on the
/// spot, so that one thread carries both the client's protocol and the engine.
pub(super) struct EngineStream {
    wire: Arc<Wire>,
    session: Option<Session>,
    ending: Ending,
}

impl EngineStream {
    pub(super) fn new(backend: Backend, ending: Ending) -> Self {
        let wire = Arc::new(Wire::default());
        let session: Session = Box::pin(backend.serve(Arc::clone(&wire)));
        Self { wire, session: Some(session), ending }
    }

    /// Runs PostgreSQL until it waits; ready when it has ended.
    fn run(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(session) = &mut self.session else { return Poll::Ready(Ok(())) };
        match session.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(result) => {
                self.session = None;
                let said = result.err().map(|error| error.to_string());
                let ending = said.clone().unwrap_or_else(|| "PostgreSQL ended the session".to_owned());
                *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
                Poll::Ready(said.map_or(Ok(()), |said| Err(io::Error::other(said))))
            }
        }
    }
}

impl AsyncRead for EngineStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
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
