//! A session as a byte stream: what its client writes and reads. Reading runs PostgreSQL.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::control::Place;
use super::engine::Engine;
use super::switchboard::{SessionId, Taken};
use crate::client::Stop;
use crate::session::LineControl;

/// AuthenticationOk: who is in this process needs no password.
const WELCOME: [u8; 9] = *b"R\0\0\0\x08\0\0\0\0";

/// So much data of a COPY is worth waking the worker, which writes it while the client makes more.
const ENOUGH: usize = 32 * 1024;

/// The stream of one session; dropping it ends the session.
///
/// Whoever polls it runs PostgreSQL on the spot, as long as that does not take long.
pub(crate) struct SessionStream {
    engine: Arc<Engine>,
    id: SessionId,
    /// A client of this process begins with a startup message, of which nothing is asked.
    startup: Option<BytesMut>,
    welcome: &'static [u8],
}

impl SessionStream {
    /// A stream that begins as a connection to a server does.
    pub(super) fn with_startup(engine: Arc<Engine>, id: SessionId) -> Self {
        Self { engine, id, startup: Some(BytesMut::new()), welcome: &WELCOME }
    }

    /// A stream that begins after the client was let in.
    pub(super) fn new(engine: Arc<Engine>, id: SessionId) -> Self {
        Self { engine, id, startup: None, welcome: &[] }
    }

    /// What ends the statements of the session.
    pub(super) fn control(&self) -> SessionControl {
        SessionControl { engine: Arc::downgrade(&self.engine), id: self.id }
    }

    fn ended(&self) -> io::Error {
        match self.engine.failure() {
            Some(why) => io::Error::other(why.to_owned()),
            None => io::ErrorKind::BrokenPipe.into(),
        }
    }

    /// Takes the startup message from what the client writes; gives how many bytes of it.
    fn skip_startup(&mut self, bytes: &[u8]) -> usize {
        let Some(startup) = &mut self.startup else { return 0 };
        let before = startup.len();
        startup.extend_from_slice(bytes);
        let Some(len) = startup.first_chunk::<4>() else { return bytes.len() };
        let len = u32::from_be_bytes(*len) as usize;
        if startup.len() < len {
            return bytes.len();
        }
        self.startup = None;
        len - before
    }
}

/// What ends the statements of one session.
pub(super) struct SessionControl {
    engine: Weak<Engine>,
    id: SessionId,
}

impl LineControl for SessionControl {
    fn cancel(&self) {
        if let Some(engine) = self.engine.upgrade() {
            engine.cancel(self.id);
        }
    }

    fn stop_at(&self, stop: Option<Stop>) {
        if let Some(engine) = self.engine.upgrade() {
            engine.board.stop_at(self.id, stop);
        }
    }

    fn is_over(&self) -> bool {
        self.engine.upgrade().is_none_or(|engine| engine.board.is_over(self.id))
    }

    fn failure(&self) -> Option<String> {
        self.engine.upgrade()?.failure().map(str::to_owned)
    }

    fn discard(&self, messages: usize) {
        if let Some(engine) = self.engine.upgrade() {
            engine.board.discard(self.id, messages);
        }
    }
}

impl Drop for SessionStream {
    fn drop(&mut self) {
        self.engine.board.remove(self.id);
        self.engine.run_elsewhere();
    }
}

impl AsyncRead for SessionStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.startup.is_some() {
            return Poll::Pending;
        }
        if !self.welcome.is_empty() {
            let n = self.welcome.len().min(buffer.remaining());
            buffer.put_slice(&self.welcome[..n]);
            self.welcome = &self.welcome[n..];
            return Poll::Ready(Ok(()));
        }
        let mut waker = None;
        loop {
            match self.engine.board.take_output(self.id, buffer.remaining(), waker) {
                Taken::Bytes(output) => {
                    buffer.put_slice(&output);
                    return Poll::Ready(Ok(()));
                }
                Taken::End => return Poll::Ready(Ok(())),
                Taken::Nothing if waker.is_some() => return Poll::Pending,
                Taken::Nothing => {}
            }
            match self.engine.board.data_waits(self.id) {
                Some(waits) if self.engine.has_worker() => {
                    if waits >= ENOUGH {
                        self.engine.run_elsewhere();
                    }
                }
                _ => self.engine.run(Place::Caller, self.id),
            }
            // What comes from now on wakes the client.
            waker = Some(cx.waker());
        }
    }
}

impl AsyncWrite for SessionStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let skipped = self.skip_startup(bytes);
        let taken = match skipped {
            0 => self.engine.board.put_input(self.id, bytes, Some(cx.waker())),
            skipped => Some(skipped),
        };
        match taken {
            None => Poll::Ready(Err(self.ended())),
            // PostgreSQL wakes the client when it has read; to ask again before would only keep a thread busy.
            Some(0) if !bytes.is_empty() => Poll::Pending,
            Some(n) => {
                self.engine.make_way();
                // The next step is to read: that runs PostgreSQL.
                cx.waker().wake_by_ref();
                Poll::Ready(Ok(n))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // As a client that says goodbye: what it asked is answered first.
        self.engine.board.put_input(self.id, b"X\0\0\0\x04", None);
        self.engine.run_elsewhere();
        Poll::Ready(Ok(()))
    }
}
