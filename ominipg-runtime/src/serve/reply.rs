//! The messages that a client gets before its session speaks.

use bytes::{BufMut, BytesMut};

use super::scram::MECHANISM;
use super::startup::ProtocolVersion;

/// What follows the authentication's kind: see "Message Formats" in PostgreSQL's documentation.
const AUTHENTICATED: i32 = 0;
const SASL: i32 = 10;
const SASL_CONTINUE: i32 = 11;
const SASL_FINAL: i32 = 12;

/// A message with its kind and length.
pub(super) fn message(kind: u8, body: impl FnOnce(&mut BytesMut)) -> BytesMut {
    let mut message = BytesMut::new();
    message.put_u8(kind);
    message.put_u32(0);
    body(&mut message);
    let length = u32::try_from(message.len() - 1).expect("a reply is short");
    message[1..5].copy_from_slice(&length.to_be_bytes());
    message
}

/// A text with the byte that ends it.
pub(super) fn put_text(body: &mut BytesMut, text: &str) {
    // A NUL would end the text early, and what follows would be read as something else.
    body.extend(text.bytes().filter(|byte| *byte != 0));
    body.put_u8(0);
}

/// `AuthenticationOk`.
pub(super) fn authenticated() -> BytesMut {
    message(b'R', |body| body.put_i32(AUTHENTICATED))
}

/// `AuthenticationSASL`: asks for a password.
pub(super) fn sasl() -> BytesMut {
    message(b'R', |body| {
        body.put_i32(SASL);
        put_text(body, MECHANISM);
        body.put_u8(0);
    })
}

/// `AuthenticationSASLContinue`.
pub(super) fn sasl_continue(data: &str) -> BytesMut {
    message(b'R', |body| {
        body.put_i32(SASL_CONTINUE);
        body.put_slice(data.as_bytes());
    })
}

/// `AuthenticationSASLFinal`.
pub(super) fn sasl_final(data: &str) -> BytesMut {
    message(b'R', |body| {
        body.put_i32(SASL_FINAL);
        body.put_slice(data.as_bytes());
    })
}

/// `NegotiateProtocolVersion`: what of the client's wishes is not understood.
pub(super) fn negotiate(version: ProtocolVersion, unknown_options: &[String]) -> BytesMut {
    message(b'v', |body| {
        body.put_u32(version.code());
        body.put_u32(u32::try_from(unknown_options.len()).expect("a startup packet is short"));
        for option in unknown_options {
            put_text(body, option);
        }
    })
}
