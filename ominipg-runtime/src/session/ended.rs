use std::sync::{Arc, Mutex, PoisonError};

use tokio_postgres::error::{Severity, SqlState};

use crate::error::{Error, ErrorKind};

/// What the sessions of an embedded database hear when it is closed.
pub(crate) const CLOSED: &str = "the database was closed";

/// What a session of an embedded database hears first that waited for its turn for too long.
pub(crate) const BUSY: &str = "the database is busy, and was for";

/// Why a connection ended, for whoever finds it closed.
#[derive(Clone, Default)]
pub(crate) struct Ended(Arc<Mutex<Option<tokio_postgres::Error>>>);

impl Ended {
    /// Notes what the connection ended with.
    pub(crate) fn note(&self, error: tokio_postgres::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn take(&self) -> Option<tokio_postgres::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// A statement's error, and where it is that of a connection that is gone, why it went.
    pub(super) fn explain(&self, error: Error, is_embedded: bool) -> Error {
        // PostgreSQL says why it ends a session between two statements, when nobody listens.
        let error = match error.kind() {
            ErrorKind::Connection => self.take().map_or(error, Error::from),
            _ => error,
        };
        if is_embedded && error.database().is_some_and(|database| database.message().starts_with(BUSY)) {
            let message = error.to_string();
            return Error::new(ErrorKind::Busy, message).with_source_of(error);
        }
        let Some(database) =
            error.database().filter(|database| database.parsed_severity() == Some(Severity::Fatal))
        else {
            return error;
        };
        let message = match database.code() {
            code if is_embedded && *code == SqlState::CRASH_SHUTDOWN => {
                return Error::new(ErrorKind::Engine, database.message()).with_source_of(error);
            }
            // `pg_terminate_backend` has the same code, and ends one session.
            _ if is_embedded && database.message() == CLOSED => {
                return Error::new(ErrorKind::Closed, database.message()).with_source_of(error);
            }
            _ => format!("PostgreSQL ended the session, and the next call gets another: {error}"),
        };
        Error::new(ErrorKind::Connection, message).with_source_of(error)
    }
}
