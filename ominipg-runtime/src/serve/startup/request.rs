use bytes::Buf;

use super::message::Startup;
use super::version::ProtocolVersion;
use crate::serve::CancelKey;
use crate::serve::refusal::Refusal;

const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS: u32 = 80_877_104;

/// The longest secret that a cancel request may show.
const LONGEST_SECRET: usize = 256;

/// What a client's first packet asks for.
#[derive(Debug)]
pub(in crate::serve) enum Request {
    /// Encryption with TLS.
    Ssl,
    /// Encryption with GSSAPI.
    Gss,
    /// That a session's statement ends.
    Cancel(CancelKey),
    /// A session.
    Startup(Startup),
}

impl Request {
    /// Reads what follows a first packet's length.
    pub(in crate::serve) fn parse(mut body: &[u8]) -> Result<Self, Refusal> {
        let code = body.try_get_u32().map_err(|_| Refusal::protocol("invalid length of startup packet"))?;
        match code {
            SSL if body.is_empty() => Ok(Self::Ssl),
            GSS if body.is_empty() => Ok(Self::Gss),
            SSL | GSS => Err(Refusal::protocol("invalid length of encryption request")),
            CANCEL => {
                let process_id = body.try_get_i32().unwrap_or_default();
                if body.is_empty() || body.len() > LONGEST_SECRET {
                    return Err(Refusal::protocol("invalid length of cancel request"));
                }
                Ok(Self::Cancel(CancelKey::new(process_id, body)))
            }
            code => Startup::parse(ProtocolVersion::from_code(code), body).map(Self::Startup),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_postgres::error::SqlState;

    use super::*;

    #[test]
    fn knows_each_request() {
        assert!(matches!(Request::parse(&SSL.to_be_bytes()), Ok(Request::Ssl)));
        assert!(matches!(Request::parse(&GSS.to_be_bytes()), Ok(Request::Gss)));
        for secret in [vec![1_u8, 2, 3, 4], vec![9; 32], vec![0; 256]] {
            let body = [&CANCEL.to_be_bytes()[..], &7_i32.to_be_bytes(), &secret].concat();
            match Request::parse(&body) {
                Ok(Request::Cancel(key)) => assert!(key.matches(&CancelKey::new(7, secret))),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn refuses_what_has_not_its_length() {
        for body in [
            vec![],
            vec![0, 3, 0],
            [&SSL.to_be_bytes()[..], b"x"].concat(),
            [&CANCEL.to_be_bytes()[..], &[0, 0, 0, 1]].concat(),
            [&CANCEL.to_be_bytes()[..], &[0; 4 + 257]].concat(),
        ] {
            assert_eq!(*Request::parse(&body).unwrap_err().code(), SqlState::PROTOCOL_VIOLATION, "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Request::parse(&body);
        }

        #[test]
        fn never_panics_on_nearly_right_packets(
            code in prop::sample::select(vec![SSL, GSS, CANCEL, 3 << 16, 3 << 16 | 2, 3 << 16 | 9999, 2 << 16]),
            words in prop::collection::vec("(user|database|options|replication|_pq_[.]x|[ -~é\\\\]{0,9})", 0..9),
            ending in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let mut body = code.to_be_bytes().to_vec();
            for word in words {
                body.extend(word.as_bytes());
                body.push(0);
            }
            body.extend(ending);
            if let Ok(Request::Startup(startup)) = Request::parse(&body) {
                prop_assert!(!startup.user().is_empty());
            }
        }
    }
}
