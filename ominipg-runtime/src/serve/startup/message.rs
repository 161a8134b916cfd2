use tokio_postgres::error::SqlState;

use super::command_line;
use super::version::ProtocolVersion;
use crate::serve::refusal::Refusal;

/// What a client asks of its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Startup {
    /// The version that is spoken from now on.
    version: ProtocolVersion,
    user: String,
    /// The user's name where the client gives none.
    database: String,
    settings: Vec<(String, String)>,
    is_replication: bool,
    unknown_options: Vec<String>,
    /// Whether the client wished for a newer version.
    is_newer: bool,
}

impl Startup {
    /// Reads what follows the version in a startup packet.
    pub(super) fn parse(asked: ProtocolVersion, body: &[u8]) -> Result<Self, Refusal> {
        if asked.major() != ProtocolVersion::V3_0.major() {
            let message = format!(
                "unsupported frontend protocol {asked}: server supports {} to {}",
                ProtocolVersion::V3_0,
                ProtocolVersion::V3_2
            );
            return Err(Refusal::new(SqlState::FEATURE_NOT_SUPPORTED, message));
        }
        let (mut user, mut database, mut replication) = ("", "", "");
        let (mut switches, mut parameters, mut unknown_options) = (Vec::new(), Vec::new(), Vec::new());
        for (name, value) in pairs(body)? {
            match name {
                "user" => user = value,
                "database" => database = value,
                "replication" => replication = value,
                "options" => switches = command_line::settings(value)?,
                name if name.starts_with("_pq_.") => unknown_options.push(name.to_owned()),
                name => parameters.push((name.to_owned(), value.to_owned())),
            }
        }
        if user.is_empty() {
            let message = "no PostgreSQL user name specified in startup packet";
            return Err(Refusal::new(SqlState::INVALID_AUTHORIZATION_SPECIFICATION, message));
        }
        Ok(Self {
            version: asked.min(ProtocolVersion::V3_2),
            user: user.to_owned(),
            database: if database.is_empty() { user } else { database }.to_owned(),
            // A setting of the client's own wins over one among the switches.
            settings: switches.into_iter().chain(parameters).collect(),
            is_replication: !["", "0", "f", "false", "n", "no", "off"].contains(&replication),
            unknown_options,
            is_newer: asked > ProtocolVersion::V3_2,
        })
    }

    /// The version of the protocol that is spoken.
    pub(in crate::serve) fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// How many bytes the secret of the session's cancel key has: clients of protocol 3.0 know no other length than 4.
    pub(crate) fn secret_length(&self) -> usize {
        if self.version < ProtocolVersion::V3_2 { 4 } else { 32 }
    }

    /// Who the client says it is.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The database that it asks for.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The settings that its session begins with, in the order in which they are to be made: names, and values as text.
    pub(crate) fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// Whether it is a replica that asks for changes.
    pub(in crate::serve) fn is_replication(&self) -> bool {
        self.is_replication
    }

    /// The options of the protocol that are not understood, where the client must hear of them or of the version.
    pub(in crate::serve) fn to_negotiate(&self) -> Option<&[String]> {
        (self.is_newer || !self.unknown_options.is_empty()).then_some(&self.unknown_options)
    }
}

/// The names and values of a startup packet, each ended by a NUL, and all of them by another.
fn pairs(mut rest: &[u8]) -> Result<Vec<(&str, &str)>, Refusal> {
    let layout = || Refusal::protocol("invalid startup packet layout: expected terminator as last byte");
    let mut next = || {
        let end = rest.iter().position(|byte| *byte == 0).ok_or_else(layout)?;
        let (text, following) = (&rest[..end], &rest[end + 1..]);
        rest = following;
        std::str::from_utf8(text).map_err(|_| {
            let message = "invalid byte sequence for encoding \"UTF8\" in startup packet";
            Refusal::new(SqlState::CHARACTER_NOT_IN_REPERTOIRE, message)
        })
    };
    let mut pairs = Vec::new();
    loop {
        let name = next()?;
        if name.is_empty() {
            break;
        }
        pairs.push((name, next()?));
    }
    if rest.is_empty() { Ok(pairs) } else { Err(layout()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(version: u32, body: &[u8]) -> Result<Startup, Refusal> {
        Startup::parse(ProtocolVersion::from_code(version), body)
    }

    #[test]
    fn reads_what_the_client_asks_for() {
        let body = b"user\0ada\0database\0shop\0application_name\0psql\0options\0-c geqo=off\0\0";
        let startup = parse(0x3_0000, body).unwrap();
        assert_eq!((startup.user(), startup.database()), ("ada", "shop"));
        let settings = [("geqo", "off"), ("application_name", "psql")];
        assert_eq!(startup.settings(), settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!((startup.version(), startup.secret_length()), (ProtocolVersion::V3_0, 4));
        assert!(!startup.is_replication() && startup.to_negotiate().is_none());
        assert_eq!(parse(0x3_0000, b"user\0ada\0\0").unwrap().database(), "ada");
    }

    #[test]
    fn negotiates_what_is_too_new() {
        assert_eq!(parse(0x3_0002, b"user\0ada\0\0").unwrap().to_negotiate(), None);
        let newer = parse(0x3_270F, b"user\0ada\0_pq_.grease\0\x31\0\0").unwrap();
        assert_eq!((newer.version(), newer.secret_length()), (ProtocolVersion::V3_2, 32));
        assert_eq!(newer.to_negotiate(), Some(&["_pq_.grease".to_owned()][..]));
        assert!(newer.settings().is_empty());
        assert_eq!(parse(0x3_0003, b"user\0ada\0\0").unwrap().to_negotiate(), Some(&[][..]));
    }

    #[test]
    fn knows_replicas() {
        assert!(parse(0x3_0000, b"user\0ada\0replication\0database\0\0").unwrap().is_replication());
        assert!(!parse(0x3_0000, b"user\0ada\0replication\0false\0\0").unwrap().is_replication());
    }

    #[test]
    fn says_what_is_wrong() {
        let cases: [(u32, &[u8], SqlState); 8] = [
            (0x2_0000, b"user\0ada\0\0", SqlState::FEATURE_NOT_SUPPORTED),
            (0x4_0000, b"user\0ada\0\0", SqlState::FEATURE_NOT_SUPPORTED),
            (0x3_0000, b"", SqlState::PROTOCOL_VIOLATION),
            (0x3_0000, b"user\0ada\0", SqlState::PROTOCOL_VIOLATION),
            (0x3_0000, b"user\0ada\0\0more", SqlState::PROTOCOL_VIOLATION),
            (0x3_0000, b"user", SqlState::PROTOCOL_VIOLATION),
            (0x3_0000, b"\0", SqlState::INVALID_AUTHORIZATION_SPECIFICATION),
            (0x3_0000, b"user\0\xFF\0\0", SqlState::CHARACTER_NOT_IN_REPERTOIRE),
        ];
        for (version, body, code) in cases {
            assert_eq!(*parse(version, body).unwrap_err().code(), code, "{body:?}");
        }
    }
}
