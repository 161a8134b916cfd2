use std::fmt;
use std::io;

use bytes::{BufMut, BytesMut};
use tokio_postgres::error::SqlState;

use super::reply;
use crate::error::{Error, ErrorKind};

/// Why a client is turned away, as PostgreSQL would tell it.
#[derive(Debug)]
pub(super) struct Refusal {
    code: SqlState,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl Refusal {
    pub(super) fn new(code: SqlState, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None, hint: None }
    }

    /// The client does not keep to the protocol.
    pub(super) fn protocol(message: impl Into<String>) -> Self {
        Self::new(SqlState::PROTOCOL_VIOLATION, message)
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> &SqlState {
        &self.code
    }

    /// The `ErrorResponse`, after which the connection ends.
    pub(super) fn message(&self) -> BytesMut {
        let detail = self.detail.as_deref().map(|detail| (b'D', detail));
        let hint = self.hint.as_deref().map(|hint| (b'H', hint));
        let fields = [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', self.code.code()), (b'M', &self.message)];
        reply::message(b'E', |body| {
            for (kind, text) in fields.into_iter().chain(detail).chain(hint) {
                body.put_u8(kind);
                reply::put_text(body, text);
            }
            body.put_u8(0);
        })
    }
}

impl From<Error> for Refusal {
    /// Why a session could not be opened.
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            ErrorKind::Closed => SqlState::CANNOT_CONNECT_NOW,
            ErrorKind::Busy => SqlState::TOO_MANY_CONNECTIONS,
            ErrorKind::Options => SqlState::INVALID_PARAMETER_VALUE,
            _ => SqlState::INTERNAL_ERROR,
        };
        Self::new(code, error.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.code.code())
    }
}

/// How a handshake ends that leads to no session.
#[derive(Debug)]
pub(super) enum Ended {
    /// The client is gone.
    Gone,
    /// The client is to be told why.
    Refused(Refusal),
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
