use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio_postgres::error::SqlState;

use super::attributes::{Attributes, malformed};
use super::verifier::{Key, Verifier};
use crate::serve::refusal::Refusal;

/// An exchange after the client's first message.
pub(in crate::serve) struct Challenge<'a> {
    verifier: &'a Verifier,
    /// What the client said of channel binding; it repeats that under its proof.
    header: &'static str,
    client_first: &'a str,
    nonce: String,
    message: String,
}

impl<'a> Challenge<'a> {
    /// Answers the client's first message; `nonce` is the server's part of the nonce.
    pub(in crate::serve) fn new(
        first: &'a str,
        nonce: &str,
        verifier: &'a Verifier,
    ) -> Result<Self, Refusal> {
        let (header, client_first) = split_header(first)?;
        if client_first.starts_with("m=") {
            let message = "client requires an unsupported SCRAM extension";
            return Err(Refusal::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        let mut attributes = Attributes(client_first);
        // The startup packet has named the user.
        attributes.expect('n')?;
        let client_nonce = attributes.expect('r')?;
        if client_nonce.is_empty() || !client_nonce.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed("a nonce is printable characters"));
        }
        let nonce = format!("{client_nonce}{nonce}");
        let message = format!("r={nonce},s={},i={}", verifier.salt(), verifier.iterations());
        Ok(Self { verifier, header, client_first, nonce, message })
    }

    /// What the client is asked.
    pub(in crate::serve) fn message(&self) -> &str {
        &self.message
    }

    /// Checks the client's proof; gives the last message where it is right.
    pub(in crate::serve) fn answer(&self, client_final: &str) -> Result<Option<String>, Refusal> {
        let (without_proof, proof) =
            client_final.rsplit_once(",p=").ok_or_else(|| malformed("expected attribute \"p\""))?;
        let mut attributes = Attributes(without_proof);
        if attributes.expect('c')? != STANDARD.encode(self.header) {
            let message = "unexpected SCRAM channel-binding attribute in client-final-message";
            return Err(Refusal::new(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, message));
        }
        if attributes.expect('r')? != self.nonce {
            return Err(malformed("the nonce does not match"));
        }
        let proof = STANDARD.decode(proof).ok().and_then(|proof| Key::try_from(proof).ok());
        let proof = proof.ok_or_else(|| malformed("the proof is not 32 bytes of base64"))?;
        let signed = [self.client_first, ",", &self.message, ",", without_proof].map(str::as_bytes);
        // Both are made in every case, so that a right proof takes as long as a wrong one.
        let signature = format!("v={}", self.verifier.signature(&signed));
        Ok(self.verifier.accepts(&proof, &signed).then_some(signature))
    }
}

/// Takes what is said about channel binding and identity from the client's first message.
fn split_header(first: &str) -> Result<(&'static str, &str), Refusal> {
    let (header, rest) = match first.get(..2) {
        Some("n,") => ("n,,", &first[2..]),
        // It would bind if the server could.
        Some("y,") => ("y,,", &first[2..]),
        Some("p=") => {
            return Err(Refusal::protocol("client requires channel binding, which needs encryption")
                .hint("set `channel_binding=disable` or `prefer`"));
        }
        _ => return Err(malformed("unexpected channel-binding flag")),
    };
    match rest.strip_prefix(',') {
        Some(rest) => Ok((header, rest)),
        None if rest.starts_with("a=") => {
            let message = "client uses authorization identity, but it is not supported";
            Err(Refusal::new(SqlState::FEATURE_NOT_SUPPORTED, message))
        }
        None => Err(malformed("expected a comma")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::verifier::tests::pencil;
    use super::*;

    // The example of RFC 7677.
    const FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    const NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const ASKED: &str =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    const SIGNED: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    #[test]
    fn holds_the_conversation_of_the_standard() {
        let pencil = pencil();
        let challenge = Challenge::new(FIRST, NONCE, &pencil).unwrap();
        assert_eq!(challenge.message(), ASKED);
        assert_eq!(challenge.answer(FINAL).unwrap().as_deref(), Some(SIGNED));
    }

    #[test]
    fn refuses_a_wrong_proof() {
        let (pencil, mock) = (pencil(), pencil().mock(&[7; 32], "user"));
        let challenge = Challenge::new(FIRST, NONCE, &pencil).unwrap();
        let wrong = FINAL.replace("p=d", "p=e");
        assert_eq!(challenge.answer(&wrong).unwrap(), None);
        let challenge = Challenge::new(FIRST, NONCE, &mock).unwrap();
        assert_eq!(challenge.answer(FINAL).unwrap(), None);
    }

    #[test]
    fn refuses_what_is_not_supported_or_does_not_match() {
        let pencil = pencil();
        let first =
            |message| Challenge::new(message, NONCE, &pencil).err().map(|refusal| refusal.code().clone());
        assert_eq!(first("p=tls-server-end-point,,n=,r=a"), Some(SqlState::PROTOCOL_VIOLATION));
        assert_eq!(first("n,a=ada,n=,r=a"), Some(SqlState::FEATURE_NOT_SUPPORTED));
        assert_eq!(first("n,,m=x,n=,r=a"), Some(SqlState::FEATURE_NOT_SUPPORTED));
        assert_eq!(first("y,,n=,r=a,x=extension"), None);
        for malformed in
            ["", "n", "n,", "n,,", "n,,n=", "n,,r=a", "n,,n=,r=", "n,,n=,r=a b", "é", "n,,é=", "x,,n=,r=a"]
        {
            assert_eq!(first(malformed), Some(SqlState::PROTOCOL_VIOLATION), "{malformed}");
        }
        let challenge = Challenge::new(FIRST, NONCE, &pencil).unwrap();
        let last = |message: &str| challenge.answer(message).unwrap_err().code().clone();
        assert_eq!(last(&FINAL.replace("biws", "eSws")), SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
        for malformed in
            ["", "c=biws", "c=biws,r=a,p=", &FINAL.replace("k0,", "k1,"), &FINAL.replace("VQ=", "VQ")]
        {
            assert_eq!(last(malformed), SqlState::PROTOCOL_VIOLATION, "{malformed}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(first in "(n,,|y,,)?[ -~é]{0,40}", last in "(c=biws,r=)?[ -~é]{0,40}(,p=[A-Za-z+/=]{0,50})?") {
            let pencil = pencil();
            let _ = Challenge::new(&first, NONCE, &pencil);
            let _ = Challenge::new(FIRST, NONCE, &pencil).unwrap().answer(&last);
        }
    }
}
