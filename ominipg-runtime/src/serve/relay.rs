//! Copies bytes between a client and its session.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, copy_buf, split};
use tokio_util::sync::CancellationToken;

use super::connection::going_down;

/// How much is copied at once.
const BUFFER: usize = 32 * 1024;

/// How long a session may go on that its client has left: time to finish what was asked for, but nobody else waits for
/// long behind a statement whose result nobody reads.
const GRACE: Duration = Duration::from_secs(5);

/// How long a client that does not read is waited for at the end.
const FAREWELL: Duration = Duration::from_millis(100);

/// Copies in both directions until one side ends, or `stop` says so; each side waits where the other does not take more.
pub(super) async fn relay(
    socket: impl AsyncRead + AsyncWrite,
    session: impl AsyncRead + AsyncWrite,
    stop: &CancellationToken,
) {
    let (mut from_client, to_client) = split(socket);
    let (from_session, mut to_session) = split(session);
    let mut from_session = BufReader::with_capacity(BUFFER, from_session);
    let mut to_client = Answers::new(to_client);
    let requests = async {
        if forward(&mut from_client, &mut to_session).await {
            // A session that has ended refuses this.
            let _ = to_session.shutdown().await;
            tokio::time::sleep(GRACE).await;
        }
    };
    let stopped = tokio::select! {
        // A client that no longer reads and a session that fails are both an end.
        _ = copy_buf(&mut from_session, &mut to_client) => false,
        () = requests => false,
        () = stop.cancelled() => true,
    };
    // The session ends now, whether or not the client listens to its end.
    drop((from_session, to_session));
    let farewell = async {
        if stopped && to_client.is_ready_for_query() {
            to_client.write_all(&going_down().message()).await?;
        }
        to_client.shutdown().await
    };
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
}

/// Passes on what the client sends until it ends; false where its connection broke, so that it hears no more answers.
async fn forward(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin)) -> bool {
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) => return true,
            Ok(n) if to.write_all(&buffer[..n]).await.is_ok() => {}
            // The session has ended, and has its last words on the way.
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}

/// Writes to the client, and remembers how that ended.
struct Answers<W> {
    inner: W,
    tail: [u8; READY_FOR_QUERY.len() + 1],
}

/// Kind and length of the message; the state of the transaction follows.
const READY_FOR_QUERY: [u8; 5] = *b"Z\0\0\0\x05";

impl<W> Answers<W> {
    fn new(inner: W) -> Self {
        Self { inner, tail: Default::default() }
    }

    /// Whether the last message is whole and the session waits for the next request, so that a message may follow.
    fn is_ready_for_query(&self) -> bool {
        self.tail.starts_with(&READY_FOR_QUERY)
    }

    fn wrote(&mut self, bytes: &[u8]) {
        let most = self.tail.len();
        let new = &bytes[bytes.len().saturating_sub(most)..];
        self.tail.rotate_left(new.len());
        self.tail[most - new.len()..].copy_from_slice(new);
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Answers<W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
        self.wrote(&bytes[..n]);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_when_a_message_may_follow() {
        let mut answers = Answers::new(());
        assert!(!answers.is_ready_for_query());
        for (bytes, ready) in [
            (&b"C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I"[..], true),
            (b"D", false),
            (b"Z\0\0", false),
            (b"\0\x05T", true),
            (b"", true),
            (b"Z\0\0\0\x05", false),
        ] {
            answers.wrote(bytes);
            assert_eq!(answers.is_ready_for_query(), ready, "{bytes:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_leaves_gets_its_answers_and_some_time() {
        let (client, socket) = tokio::io::duplex(64);
        let (session, mut behind) = tokio::io::duplex(64);
        let (mut from_relay, mut to_relay) = split(client);
        let behind = tokio::spawn(async move {
            let mut asked = Vec::new();
            behind.read_to_end(&mut asked).await.unwrap();
            // More than the buffers between hold, so that the client's pace decides.
            behind.write_all(&vec![b'x'; 100_000]).await.unwrap();
            asked
        });
        let relay = tokio::spawn(async move { relay(socket, session, &CancellationToken::new()).await });
        to_relay.write_all(b"a question").await.unwrap();
        to_relay.shutdown().await.unwrap();
        let mut answer = Vec::new();
        from_relay.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer.len(), 100_000);
        assert_eq!(behind.await.unwrap(), b"a question");
        relay.await.unwrap();

        let (client, socket) = tokio::io::duplex(64);
        let (session, mut behind) = tokio::io::duplex(64);
        drop(client);
        relay_ends_in(GRACE, relay_of(socket, session)).await;
        assert_eq!(behind.read(&mut [0; 1]).await.unwrap(), 0, "the session is dropped");
    }

    async fn relay_of(socket: impl AsyncRead + AsyncWrite, session: impl AsyncRead + AsyncWrite) {
        relay(socket, session, &CancellationToken::new()).await;
    }

    async fn relay_ends_in(most: Duration, relay: impl Future<Output = ()>) {
        let start = tokio::time::Instant::now();
        relay.await;
        assert!(start.elapsed() <= most + FAREWELL, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn a_server_that_is_closed_tells_idle_clients() {
        let (mut client, socket) = tokio::io::duplex(1024);
        let (session, mut behind) = tokio::io::duplex(1024);
        let stop = CancellationToken::new();
        let relay = {
            let stop = stop.clone();
            tokio::spawn(async move { relay(socket, session, &stop).await })
        };
        behind.write_all(b"Z\0\0\0\x05I").await.unwrap();
        client.read_exact(&mut [0; 6]).await.unwrap();
        stop.cancel();
        let mut last = Vec::new();
        client.read_to_end(&mut last).await.unwrap();
        assert_eq!(last, going_down().message());
        relay.await.unwrap();
    }
}
