//! From a client's first byte to its session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Buf;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::error::SqlState;

use super::cancel_key::CancelKey;
use super::door::Door;
use super::refusal::{Ended, Refusal};
use super::reply;
use super::scram::{Challenge, Login, MECHANISM};
use super::startup::{self, Request, Startup};

/// PostgreSQL's own limit of an answer to a password question.
const LONGEST_ANSWER: usize = 1024;

/// What a client is here for.
pub(super) enum Guest {
    /// To cancel a session's statement.
    Cancel(CancelKey),
    /// To have a session, and a place among the connections.
    Session(Startup, OwnedSemaphorePermit),
}

/// Receives a client.
pub(super) async fn receive<S>(socket: &mut S, door: &Door) -> Result<Guest, Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let startup = match request(socket).await? {
        Request::Cancel(key) => return Ok(Guest::Cancel(key)),
        Request::Startup(startup) => startup,
        Request::Ssl | Request::Gss => {
            return Err(Refusal::protocol("encryption was asked for twice, and is not available").into());
        }
    };
    if let Some(unknown) = startup.to_negotiate() {
        socket.write_all(&reply::negotiate(startup.version(), unknown)).await?;
    }
    match &door.login {
        Some(login) => authenticate(socket, login, startup.user()).await?,
        None => door.check_user(startup.user())?,
    }
    door.check_target(&startup)?;
    let place = door.admit()?;
    socket.write_all(&reply::authenticated()).await?;
    Ok(Guest::Session(startup, place))
}

/// The first request that is not for encryption; each kind of that may come once and is denied.
async fn request<S>(socket: &mut S) -> Result<Request, Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut ssl, mut gss) = (false, false);
    loop {
        let request = Request::parse(&startup::read(socket).await?)?;
        let asked_before = match request {
            Request::Ssl => &mut ssl,
            Request::Gss => &mut gss,
            Request::Cancel(_) | Request::Startup(_) => return Ok(request),
        };
        if *asked_before {
            return Ok(request);
        }
        *asked_before = true;
        socket.write_all(b"N").await?;
    }
}

/// Asks for the user's password, by SCRAM-SHA-256.
async fn authenticate<S>(socket: &mut S, login: &Login, user: &str) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    socket.write_all(&reply::sasl()).await?;
    let first = answer(socket).await?;
    let first = text(initial(&first)?)?;
    let verifier = login.verifier(user);
    let challenge = Challenge::new(first, &nonce()?, &verifier)?;
    socket.write_all(&reply::sasl_continue(challenge.message())).await?;
    let last = answer(socket).await?;
    match challenge.answer(text(&last)?)? {
        Some(signature) => Ok(socket.write_all(&reply::sasl_final(&signature)).await?),
        None => {
            let message = format!("password authentication failed for user \"{user}\"");
            Err(Refusal::new(SqlState::INVALID_PASSWORD, message).into())
        }
    }
}

/// The server's part of the nonce: as much as PostgreSQL's.
fn nonce() -> Result<String, Refusal> {
    let mut bytes = [0; 18];
    getrandom::fill(&mut bytes).map_err(|error| {
        Refusal::new(SqlState::INTERNAL_ERROR, format!("could not generate random nonce: {error}"))
    })?;
    Ok(STANDARD_NO_PAD.encode(bytes))
}

/// Reads the body of a `SASLInitialResponse` or `SASLResponse`.
async fn answer(socket: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, Ended> {
    let kind = socket.read_u8().await?;
    if kind != b'p' {
        return Err(Refusal::protocol(format!("expected SASL response, got message type {kind}")).into());
    }
    let claimed = socket.read_u32().await?;
    let length = usize::try_from(claimed).ok().and_then(|length| length.checked_sub(4));
    let Some(length) = length.filter(|length| *length <= LONGEST_ANSWER) else {
        return Err(Refusal::protocol("invalid length of SASL response").into());
    };
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await?;
    Ok(body)
}

/// What the client's first answer says, once it has chosen the mechanism.
fn initial(body: &[u8]) -> Result<&[u8], Refusal> {
    let invalid = || Refusal::protocol("invalid SASL response");
    let end = body.iter().position(|byte| *byte == 0).ok_or_else(invalid)?;
    if &body[..end] != MECHANISM.as_bytes() {
        let hint = format!("this server knows {MECHANISM}");
        return Err(Refusal::protocol("client selected an invalid SASL authentication mechanism").hint(hint));
    }
    let mut rest = &body[end + 1..];
    let length = rest.try_get_u32().map_err(|_| invalid())?;
    // -1 would stand for an answer that is still to come, which this mechanism does not know.
    if usize::try_from(length) == Ok(rest.len()) { Ok(rest) } else { Err(invalid()) }
}

fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes)
        .map_err(|_| Refusal::protocol("malformed SCRAM message").detail("it is not UTF-8"))
}
