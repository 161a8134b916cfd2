use super::remote::Reject;
use crate::error::{Error, ErrorKind};

/// Why a server does not take a change, and will not take it the next time either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// SQLSTATE.
    pub(super) code: String,
    pub(super) message: String,
}

/// What the values, the constraints, the policies and the triggers of a server have against a row. What the connection, the
/// server's resources or other transactions cause passes, and refuses nothing.
const CLASSES: [&str; 6] = ["22", "23", "44", "54", "P0", "0A"];

/// The SQLSTATE of a row that a policy keeps out of reach.
const HIDDEN: &str = "42501";

impl Refusal {
    /// The refusal that an error tells, if it is one.
    pub(super) fn of(error: &Error) -> Option<Self> {
        if error.kind() == ErrorKind::Sync && error.database().is_none() {
            return Some(Self { code: HIDDEN.to_owned(), message: error.to_string() });
        }
        let database = error.database()?;
        let code = database.code().code();
        let refuses = code == HIDDEN || CLASSES.iter().any(|class| code.starts_with(class));
        refuses.then(|| Self { code: code.to_owned(), message: error.to_string() })
    }

    /// That of a change whose row has an earlier change that was refused.
    pub(super) fn depends() -> Self {
        let message = "it follows a change of the same row that the server refused".to_owned();
        Self { code: "55000".to_owned(), message }
    }

    pub(super) fn reject(&self, seq: i64) -> Reject {
        Reject { seq, code: self.code.clone(), message: self.message.clone() }
    }
}
