use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::serve::refusal::{Ended, Refusal};

/// PostgreSQL's own limit of a client's first packet.
const MOST: usize = 10_000;
/// The length itself, and the code that says what the packet is.
const LEAST: usize = 8;

/// Reads a packet that has no kind, and gives what follows its length.
pub(in crate::serve) async fn read(socket: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, Ended> {
    let claimed = socket.read_u32().await?;
    let length = usize::try_from(claimed).unwrap_or(usize::MAX);
    if !(LEAST..=MOST).contains(&length) {
        let hint = "only PostgreSQL clients can connect here, without encryption: set `sslmode=disable`";
        return Err(Refusal::protocol("invalid length of startup packet").hint(hint).into());
    }
    let mut body = vec![0; length - 4];
    match socket.read_exact(&mut body).await {
        Ok(_) => Ok(body),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(Refusal::protocol("incomplete startup packet").into())
        }
        Err(error) => Err(error.into()),
    }
}
