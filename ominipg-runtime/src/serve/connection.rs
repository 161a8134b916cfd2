//! One client, from its first byte to its last.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::error::SqlState;
use tokio_util::sync::CancellationToken;

use super::door::Door;
use super::handshake::{self, Guest};
use super::refusal::{Ended, Refusal};
use super::relay::relay;
use super::sessions::Sessions;
use super::startup::Startup;

/// How long a client that is told to go may take to read why.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a client until either side ends, or `stop` says so.
pub(super) async fn serve<S: Sessions>(
    mut socket: impl AsyncRead + AsyncWrite + Unpin,
    sessions: S,
    door: &Door,
    stop: &CancellationToken,
) {
    let received = tokio::select! {
        received = receive(&mut socket, door) => received,
        () = stop.cancelled() => Err(going_down().into()),
    };
    let opened = match received {
        Ok(Guest::Session(startup, place)) => open(&sessions, startup, place),
        Ok(Guest::Cancel(key)) => {
            // The client waits for the end of the connection, which says that the request was handled.
            return sessions.cancel(&key);
        }
        Err(ended) => Err(ended),
    };
    match opened {
        Ok((session, _place)) => relay(socket, session, stop).await,
        Err(Ended::Gone) => {}
        Err(Ended::Refused(refusal)) => {
            tracing::debug!(target: "ominipg::serve", "a client was refused: {refusal}");
            turn_away(&mut socket, &refusal).await;
        }
    }
}

/// The handshake, in the time that it may take.
async fn receive(socket: &mut (impl AsyncRead + AsyncWrite + Unpin), door: &Door) -> Result<Guest, Ended> {
    let received = tokio::time::timeout(door.authentication_timeout, handshake::receive(socket, door)).await;
    received.unwrap_or_else(|_| {
        let message = "canceling authentication due to timeout";
        Err(Refusal::new(SqlState::QUERY_CANCELED, message).into())
    })
}

fn open<S: Sessions>(
    sessions: &S,
    startup: Startup,
    place: OwnedSemaphorePermit,
) -> Result<(S::Stream, OwnedSemaphorePermit), Ended> {
    Ok((sessions.open(startup).map_err(Refusal::from)?, place))
}

/// What clients get to hear when the server is closed.
pub(super) fn going_down() -> Refusal {
    Refusal::new(SqlState::ADMIN_SHUTDOWN, "terminating connection due to administrator command")
}

/// Tells a client why it must go, and ends the connection so that it can read that.
async fn turn_away(socket: &mut (impl AsyncRead + AsyncWrite + Unpin), refusal: &Refusal) {
    let told = async {
        socket.write_all(&refusal.message()).await?;
        socket.shutdown().await?;
        // A connection that is closed with bytes unread is reset, and the message is lost.
        let mut rest = [0; 1024];
        while socket.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    // Whoever does not listen is not waited for.
    let _ = tokio::time::timeout(FAREWELL, told).await;
}
