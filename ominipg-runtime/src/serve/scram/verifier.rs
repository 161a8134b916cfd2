use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use postgres_protocol::password;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(super) type Key = [u8; 32];

/// What is kept of a password: enough to check it, not enough to log in with it.
#[derive(Clone)]
pub(in crate::serve) struct Verifier {
    iterations: u32,
    salt: Vec<u8>,
    stored_key: Key,
    server_key: Key,
}

impl Verifier {
    /// The verifier of a password, with a salt of its own.
    pub(in crate::serve) fn of(password: &str) -> Self {
        let text = password::scram_sha_256(password.as_bytes());
        Self::parse(&text).expect("the library writes it as PostgreSQL stores it")
    }

    /// Reads `SCRAM-SHA-256$iterations:salt$stored key:server key`.
    fn parse(text: &str) -> Option<Self> {
        let (iterations, rest) = text.strip_prefix("SCRAM-SHA-256$")?.split_once(':')?;
        let (salt, keys) = rest.split_once('$')?;
        let (stored_key, server_key) = keys.split_once(':')?;
        let key = |text| Key::try_from(STANDARD.decode(text).ok()?).ok();
        Some(Self {
            iterations: iterations.parse().ok()?,
            salt: STANDARD.decode(salt).ok()?,
            stored_key: key(stored_key)?,
            server_key: key(server_key)?,
        })
    }

    /// What a user that does not exist is asked with: as this one to look at, always the same for one name, and right
    /// for no password.
    pub(super) fn mock(&self, secret: &Key, user: &str) -> Self {
        let derive = |what: &str| hmac(secret, &[what.as_bytes(), user.as_bytes()]);
        Self {
            iterations: self.iterations,
            salt: derive("salt:")[..self.salt.len().min(32)].to_vec(),
            stored_key: derive("stored key:"),
            server_key: derive("server key:"),
        }
    }

    pub(super) fn iterations(&self) -> u32 {
        self.iterations
    }

    pub(super) fn salt(&self) -> String {
        STANDARD.encode(&self.salt)
    }

    /// Whether a proof shows that the client knows the password.
    pub(super) fn accepts(&self, proof: &Key, auth_message: &[&[u8]]) -> bool {
        let mut client_key = hmac(&self.stored_key, auth_message);
        for (byte, proof) in client_key.iter_mut().zip(proof) {
            *byte ^= proof;
        }
        let stored_key: Key = Sha256::digest(client_key).into();
        stored_key.ct_eq(&self.stored_key).into()
    }

    /// What shows the client that the server knows the verifier.
    pub(super) fn signature(&self, auth_message: &[&[u8]]) -> String {
        STANDARD.encode(hmac(&self.server_key, auth_message))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(***)")
    }
}

fn hmac(key: &Key, parts: &[&[u8]]) -> Key {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    for part in parts {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The one of RFC 7677's example: the password `pencil`.
    pub(in crate::serve::scram) const PENCIL: &str = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$\
        WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    pub(in crate::serve::scram) fn pencil() -> Verifier {
        Verifier::parse(PENCIL).unwrap()
    }

    #[test]
    fn is_read_from_its_text_alone() {
        assert_eq!(pencil().iterations(), 4096);
        assert_eq!(pencil().salt(), "W22ZaJ0SNY7soEsUEjb6gQ==");
        for wrong in ["", "pencil", "SCRAM-SHA-256$4096:AA==$AA==:AA==", &PENCIL[..PENCIL.len() - 4]] {
            assert!(Verifier::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn has_a_salt_of_its_own_and_shows_nothing() {
        let (one, other) = (Verifier::of("pencil"), Verifier::of("pencil"));
        assert_ne!(one.salt(), other.salt());
        assert!(one.iterations() >= 4096);
        assert_eq!(format!("{one:?}"), "Verifier(***)");
    }

    #[test]
    fn looks_the_same_for_users_that_do_not_exist() {
        let mock = |user| pencil().mock(&[7; 32], user);
        assert_eq!(mock("ada").salt(), mock("ada").salt(), "asking twice tells nothing");
        assert_ne!(mock("ada").salt(), mock("bob").salt());
        assert_eq!(mock("ada").salt().len(), pencil().salt().len());
        assert_eq!(mock("ada").iterations(), pencil().iterations());
    }
}
