use std::fmt::Write as _;

use tokio_postgres::error::{DbError, SqlState};

use super::{Error, ErrorKind};

/// Errors that come from PostgreSQL or from the connection to it.
impl Error {
    /// The SQLSTATE code, where PostgreSQL gave one.
    pub fn code(&self) -> Option<&SqlState> {
        self.database().map(DbError::code)
    }

    /// The name of the broken constraint, where PostgreSQL gave one.
    pub fn constraint(&self) -> Option<&str> {
        self.database().and_then(DbError::constraint)
    }

    /// The name of the table that the error is about, where PostgreSQL gave one.
    pub fn table(&self) -> Option<&str> {
        self.database().and_then(DbError::table)
    }

    /// The name of the column that the error is about, where PostgreSQL gave one.
    pub fn column(&self) -> Option<&str> {
        self.database().and_then(DbError::column)
    }

    /// The text of the statement that PostgreSQL refused, as it was sent: with `$1` where a parameter stood.
    ///
    /// It is no part of what is displayed, for values may stand in SQL that was not written by this library.
    pub fn statement(&self) -> Option<&str> {
        self.0.statement.as_deref()
    }

    /// Notes the statement that PostgreSQL refused.
    pub(crate) fn in_statement(mut self, sql: &str) -> Self {
        if self.database().is_some() && self.0.statement.is_none() {
            self.0.statement = Some(sql.into());
        }
        self
    }

    /// Whether the message has the text of a cause in it.
    pub(super) fn tells(&self, cause: &(dyn std::error::Error + 'static)) -> bool {
        if let Some(answer) = cause.downcast_ref::<DbError>() {
            return self.0.message.contains(answer.message());
        }
        // It says no more than that there is an answer.
        let says_nothing =
            cause.downcast_ref::<tokio_postgres::Error>().is_some_and(|error| error.as_db_error().is_some());
        says_nothing || self.0.message.contains(&cause.to_string())
    }

    /// What PostgreSQL answered, where it did.
    pub fn database(&self) -> Option<&DbError> {
        self.0.source.as_ref()?.downcast_ref::<tokio_postgres::Error>()?.as_db_error()
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let (kind, message) = match error.as_db_error() {
            Some(database) => (ErrorKind::Database, describe(database)),
            None => (kind_of(&error), chain(&error)),
        };
        Self::new(kind, message).with_source(error)
    }
}

fn kind_of(error: &tokio_postgres::Error) -> ErrorKind {
    // The library keeps its kinds to itself: its fixed phrases are all there is to go by.
    let text = error.to_string();
    if text.starts_with("error serializing parameter") || text.starts_with("expected ") {
        ErrorKind::Parameter
    } else if text.starts_with("error deserializing column") || text.starts_with("invalid column") {
        ErrorKind::Decode
    } else {
        ErrorKind::Connection
    }
}

/// PostgreSQL's message with its code, detail and hint.
fn describe(error: &DbError) -> String {
    let mut text = format!("{} (SQLSTATE {})", error.message(), error.code().code());
    if let Some(detail) = error.detail() {
        let _ = write!(text, "\ndetail: {detail}");
    }
    if let Some(hint) = error.hint() {
        let _ = write!(text, "\nhint: {hint}");
    }
    if error.code() == &SqlState::FEATURE_NOT_SUPPORTED
        && error.message().starts_with("extension ")
        && error.message().ends_with(" is not available")
    {
        text.push_str(
            "\nhint: an embedded database has the extensions that `ConnectOptions::extensions` names",
        );
    }
    if let Some(place) = error.where_() {
        let _ = write!(text, "\nwhere: {place}");
    }
    text
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}
