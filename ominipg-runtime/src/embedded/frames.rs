//! The messages of PostgreSQL's protocol in a stream of bytes: a byte for the kind, then a length that counts itself.

#[cfg(test)]
mod tests;

/// The bytes before a message's body.
const HEADER: usize = 5;

/// The longest message that PostgreSQL takes for most kinds, 1 GB less a byte.
const LONGEST: usize = 0x3fff_ffff;

/// A message of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// What it is.
    pub(super) kind: u8,
    /// With its header, in bytes.
    pub(super) len: usize,
}

/// Why bytes of the client are not messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// No client message begins with this byte.
    #[error("invalid frontend message type {0}")]
    Kind(u8),
    /// A length that no message has.
    #[error("invalid message length")]
    Length,
}

/// The first message in `bytes`; `None` where it is not whole yet.
pub(super) fn first(bytes: &[u8]) -> Result<Option<Frame>, Malformed> {
    let Some(&kind) = bytes.first() else { return Ok(None) };
    // PostgreSQL ends the whole backend on a message it does not know, so that none may reach it.
    if !matches!(
        kind,
        b'B' | b'C' | b'D' | b'E' | b'F' | b'H' | b'P' | b'Q' | b'S' | b'X' | b'c' | b'd' | b'f'
    ) {
        return Err(Malformed::Kind(kind));
    }
    let Some(len) = bytes.get(1..HEADER) else { return Ok(None) };
    let len = u32::from_be_bytes([len[0], len[1], len[2], len[3]]) as usize;
    if !(4..=LONGEST).contains(&len) {
        return Err(Malformed::Length);
    }
    let frame = Frame { kind, len: len + 1 };
    Ok((bytes.len() >= frame.len).then_some(frame))
}

/// Follows the messages of PostgreSQL as their bytes pass by.
#[derive(Debug, Default)]
pub(super) struct Follower {
    header: [u8; HEADER + 1],
    filled: usize,
    /// What is left of a body.
    skip: usize,
}

impl Follower {
    /// Looks at more bytes and gives the transaction status of the last ReadyForQuery among them, and whether it is
    /// what they end with.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) -> Option<(u8, bool)> {
        let mut ready = None;
        while !bytes.is_empty() {
            if self.skip > 0 {
                let n = self.skip.min(bytes.len());
                self.skip -= n;
                bytes = &bytes[n..];
                continue;
            }
            // Of a ReadyForQuery the status is wanted too.
            let wanted = if self.filled > 0 && self.header[0] == b'Z' { HEADER + 1 } else { HEADER };
            let n = (wanted - self.filled).min(bytes.len());
            self.header[self.filled..self.filled + n].copy_from_slice(&bytes[..n]);
            self.filled += n;
            bytes = &bytes[n..];
            let wanted = if self.header[0] == b'Z' { HEADER + 1 } else { HEADER };
            if self.filled < wanted {
                continue;
            }
            let len = u32::from_be_bytes([self.header[1], self.header[2], self.header[3], self.header[4]]);
            self.filled = 0;
            if self.header[0] == b'Z' {
                ready = Some((self.header[HEADER], bytes.is_empty()));
            } else {
                self.skip = (len as usize).saturating_sub(4);
            }
        }
        ready
    }
}

/// An ErrorResponse of this host's own making.
pub(super) fn error_response(severity: &str, code: &str, message: &str, hint: Option<&str>) -> Vec<u8> {
    let mut body = Vec::new();
    let fields = [(b'S', severity), (b'V', severity), (b'C', code), (b'M', message)];
    for (field, text) in fields.into_iter().chain(hint.map(|hint| (b'H', hint))) {
        body.push(field);
        body.extend(text.bytes().filter(|&byte| byte != 0));
        body.push(0);
    }
    body.push(0);
    message_of(b'E', &body)
}

/// A message with a body.
pub(super) fn message_of(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend((body.len() as u32 + 4).to_be_bytes());
    message.extend(body);
    message
}

/// A simple query.
pub(super) fn query(sql: &str) -> Vec<u8> {
    let mut body = sql.as_bytes().to_vec();
    body.push(0);
    message_of(b'Q', &body)
}

/// The whole messages in `bytes`: their kinds and themselves.
pub(super) fn all(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = rest.get(1..HEADER)?;
        let len = u32::from_be_bytes([len[0], len[1], len[2], len[3]]) as usize;
        // A length counts itself: less than that is no message, and what follows cannot be told apart.
        let (whole, after) = rest.split_at_checked(len.checked_add(1).filter(|len| *len >= HEADER)?)?;
        rest = after;
        Some((whole[0], whole))
    })
}

/// The rows in an answer, as text.
pub(super) fn rows(answer: &[u8]) -> impl Iterator<Item = Vec<Option<String>>> {
    all(answer).filter(|(kind, _)| *kind == b'D').filter_map(|(_, row)| {
        let mut rest = row.get(HEADER + 2..)?;
        let mut values = Vec::new();
        while let Some((len, after)) = rest.split_first_chunk::<4>() {
            let value = usize::try_from(i32::from_be_bytes(*len)).ok();
            let (bytes, after) = after.split_at_checked(value.unwrap_or(0))?;
            values.push(value.map(|_| String::from_utf8_lossy(bytes).into_owned()));
            rest = after;
        }
        Some(values)
    })
}

/// An error that PostgreSQL answered with.
#[derive(Debug, thiserror::Error)]
#[error("{message} (SQLSTATE {code})")]
pub(super) struct Refusal {
    pub(super) code: String,
    message: String,
}

/// The first error in an answer.
pub(super) fn refusal(answer: &[u8]) -> Option<Refusal> {
    let (_, error) = all(answer).find(|(kind, _)| *kind == b'E')?;
    let field = |wanted: u8| {
        let fields = error[HEADER..].split(|&byte| byte == 0);
        let field = fields.filter_map(<[u8]>::split_first).find(|(kind, _)| **kind == wanted);
        field.map(|(_, text)| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    };
    Some(Refusal { code: field(b'C'), message: field(b'M') })
}

/// An error that ends a session.
pub(super) fn fatal(refusal: &Refusal) -> Vec<u8> {
    error_response("FATAL", &refusal.code, &refusal.message, None)
}

/// The length of the first message in `bytes`, if it is whole.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    all(bytes).next().map(|(_, whole)| whole.len())
}

/// Where a notification has its channel, after the number of its sender.
const CHANNEL: usize = HEADER + 4;

/// The channel of a notification.
pub(super) fn channel(frame: &[u8]) -> Option<&str> {
    let rest = frame.get(CHANNEL..)?;
    std::str::from_utf8(rest.split(|&byte| byte == 0).next()?).ok()
}

/// A notification with another sender's number.
pub(super) fn notification_from(frame: &[u8], process_id: i32) -> Vec<u8> {
    let mut frame = frame.to_vec();
    if let Some(number) = frame.get_mut(HEADER..CHANNEL) {
        number.copy_from_slice(&process_id.to_be_bytes());
    }
    frame
}

/// The names in a message's body: of a Parse the statement and its text, of a Bind the portal and the statement.
pub(super) fn two_names(frame: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut names = frame.get(HEADER..)?.splitn(3, |&byte| byte == 0);
    Some((names.next()?, names.next()?))
}
