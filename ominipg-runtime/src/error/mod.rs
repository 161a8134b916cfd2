//! The one error type.

mod class;
mod constraints;
mod database;
mod kind;

use std::fmt;

pub use self::constraints::broken;
pub(crate) use self::database::chain;
pub use self::kind::ErrorKind;
use crate::validate::{Violation, Violations};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What every fallible call returns; one pointer wide.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    violations: Vec<Violation>,
    /// The text of the statement that PostgreSQL refused.
    statement: Option<Box<str>>,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Inner { kind, message, violations: Vec::new(), statement: None, source: None }))
    }

    /// The error of an [`Executor`](crate::Executor) of the program's own, with the text of what caused it.
    ///
    /// What comes from [`tokio_postgres`] is converted with `?` instead, and keeps what PostgreSQL answered.
    pub fn other(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        Self::new(ErrorKind::Other, chain(cause.as_ref())).with_source(cause)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Takes over what caused another error.
    pub(crate) fn with_source_of(mut self, other: Self) -> Self {
        self.0.statement = other.0.statement;
        self.0.source = other.0.source;
        self
    }

    pub(crate) fn invalid(table: &str, violations: Violations) -> Self {
        let violations = violations.into_vec();
        let mut error = Self::new(ErrorKind::Invalid, format!("the value for `{table}` breaks its schema"));
        error.0.violations = violations;
        error
    }

    pub(crate) fn broken_row(table: &str, key: &str, violations: Violations) -> Self {
        let message = format!("the row of `{table}` whose {key} breaks its schema");
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.violations = violations.into_vec();
        error
    }

    /// Puts `context` and a colon before the message.
    pub(crate) fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The broken rules of the schema, all of them, where the kind is [`ErrorKind::Invalid`], or [`ErrorKind::Decode`] for a row
    /// that [`validate_rows`](crate::ConnectOptions::validate_rows) found; else empty.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Where tables here and on the server have grown apart, so that their changes wait; else empty.
    #[cfg(feature = "embedded")]
    pub fn drift(&self) -> &[crate::sync::Drift] {
        crate::sync::drift_of(self)
    }

    /// In what the database is not what its schema says, all of it, where the kind is [`ErrorKind::Schema`]; else empty.
    pub fn differences(&self) -> &[crate::verify::Difference] {
        crate::verify::differences_of(self)
    }

    /// What lies under it, whole, to be downcast: such as a [`tokio_postgres::Error`] or an [`std::io::Error`].
    ///
    /// Its text is a part of this error's own, most often; [`source`](std::error::Error::source) gives it only where it is not,
    /// so that a report of the whole chain tells nothing twice.
    pub fn underlying(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Whether the row asked for is not there.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for violation in &self.0.violations {
            write!(f, "\n  {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("kind", &self.0.kind).field("message", &self.to_string()).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let first = self.underlying().map(|source| source as &(dyn std::error::Error + 'static));
        let mut untold = None;
        let mut next = first;
        while let Some(cause) = next {
            if self.tells(cause) {
                untold = None;
            } else {
                untold = untold.or(Some(cause));
            }
            next = cause.source();
        }
        untold
    }
}
