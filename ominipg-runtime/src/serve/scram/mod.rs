//! The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677).

mod attributes;
mod challenge;
mod login;
mod verifier;

pub(super) use self::challenge::Challenge;
pub(super) use self::login::Login;
pub(super) use self::verifier::Verifier;

/// How the mechanism is called on the wire.
pub(super) const MECHANISM: &str = postgres_protocol::authentication::sasl::SCRAM_SHA_256;
