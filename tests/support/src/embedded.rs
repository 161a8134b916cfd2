//! The stand-in for a server: an embedded engine behind a socket, for one client at a time.

use std::future::{Future, poll_fn};
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const CANCEL_REQUEST: u32 = 80_877_102;
/// What no result of a test holds.
const MARK: &str = "the session was put in order for the next client";

/// Opens an embedded database and serves it until the process ends; returns its url.
pub(crate) fn serve() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("stand-in".to_owned()).spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is a socket");
            let engine = ominipg_runtime::embedded::stream().await.expect("the embedded engine opens");
            let (mut from_engine, mut to_engine) = tokio::io::split(engine);
            let greeting = greet(&mut from_engine, &mut to_engine).await.expect("the engine greets");
            while let Ok((client, _)) = listener.accept().await {
                // A client that breaks off is its own affair.
                let _ = one_client(client, &greeting, &mut from_engine, &mut to_engine).await;
                put_in_order(&mut from_engine, &mut to_engine).await.expect("the engine goes on");
            }
        });
    })?;
    Ok(format!("postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"))
}

/// Starts the session, and keeps what the engine says to every new client.
async fn greet(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<Vec<u8>> {
    let parameters = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";
    to.write_all(&(parameters.len() as u32 + 4).to_be_bytes()).await?;
    to.write_all(parameters).await?;
    let mut greeting = Vec::new();
    loop {
        let (kind, body) = message(from).await?;
        greeting.push(kind);
        greeting.extend((body.len() as u32 + 4).to_be_bytes());
        greeting.extend(body);
        if kind == b'Z' {
            return Ok(greeting);
        }
    }
}

async fn one_client(
    mut client: TcpStream,
    greeting: &[u8],
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    client.set_nodelay(true)?;
    loop {
        let length = client.read_u32().await?;
        let code = client.read_u32().await?;
        let mut rest = vec![0; length.saturating_sub(8).min(65_536) as usize];
        client.read_exact(&mut rest).await?;
        match code {
            SSL_REQUEST | GSS_REQUEST => client.write_all(b"N").await?,
            CANCEL_REQUEST => return Ok(()),
            _ => break,
        }
    }
    client.write_all(greeting).await?;
    let (mut receive, mut send) = client.split();
    let mut requests = pin!(async {
        loop {
            let (kind, body) = message(&mut receive).await?;
            if kind == b'X' {
                return io::Result::Ok(());
            }
            put(to, kind, &body).await?;
        }
    });
    let mut answers = pin!(async {
        let mut buffer = vec![0; 65_536];
        loop {
            let n = from.read(&mut buffer).await?;
            if n == 0 {
                return io::Result::Err(io::ErrorKind::UnexpectedEof.into());
            }
            send.write_all(&buffer[..n]).await?;
        }
    });
    // One task polls both, for the engine runs when it is read, right after it was written to.
    poll_fn(|cx| {
        let ended = requests.as_mut().poll(cx);
        if ended.is_ready() {
            return ended;
        }
        match answers.as_mut().poll(cx) {
            Poll::Pending => requests.as_mut().poll(cx),
            ended => ended,
        }
    })
    .await
}

/// Ends whatever the last client left open, and forgets its settings.
async fn put_in_order(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    put(to, b'f', b"the client is gone\0").await?;
    put(to, b'S', b"").await?;
    for statement in ["ROLLBACK", "DISCARD ALL", &format!("SELECT '{MARK}'")] {
        put(to, b'Q', format!("{statement}\0").as_bytes()).await?;
    }
    let mut marked = false;
    loop {
        let (kind, body) = message(from).await?;
        marked |= kind == b'D' && body.ends_with(MARK.as_bytes());
        if marked && kind == b'Z' {
            return Ok(());
        }
    }
}

async fn message(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let length = from.read_u32().await?;
    let mut body = vec![0; length.saturating_sub(4) as usize];
    from.read_exact(&mut body).await?;
    Ok((kind, body))
}

async fn put(to: &mut (impl AsyncWrite + Unpin), kind: u8, body: &[u8]) -> io::Result<()> {
    let mut bytes = vec![kind];
    bytes.extend((body.len() as u32 + 4).to_be_bytes());
    bytes.extend(body);
    to.write_all(&bytes).await
}
