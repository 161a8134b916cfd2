use tokio_postgres::error::SqlState;

use super::{Error, ErrorKind};

/// What PostgreSQL's code says, for the codes that programs tell apart.
impl Error {
    fn has(&self, codes: &[SqlState]) -> bool {
        self.code().is_some_and(|code| codes.contains(code))
    }

    fn is_of_class(&self, class: &str) -> bool {
        self.code().is_some_and(|code| code.code().starts_with(class))
    }

    /// Whether a row with the same unique value is there already (SQLSTATE 23505).
    pub fn is_unique_violation(&self) -> bool {
        self.has(&[SqlState::UNIQUE_VIOLATION])
    }

    /// Whether a row refers to one that is not there, or is referred to (SQLSTATE 23503, and 23001 where the key says
    /// `RESTRICT`).
    pub fn is_foreign_key_violation(&self) -> bool {
        self.has(&[SqlState::FOREIGN_KEY_VIOLATION, SqlState::RESTRICT_VIOLATION])
    }

    /// Whether a column has no value that must have one (SQLSTATE 23502); [`column`](Self::column) names it.
    pub fn is_not_null_violation(&self) -> bool {
        self.has(&[SqlState::NOT_NULL_VIOLATION])
    }

    /// Whether a row breaks a `CHECK` (SQLSTATE 23514).
    pub fn is_check_violation(&self) -> bool {
        self.has(&[SqlState::CHECK_VIOLATION])
    }

    /// Whether a row overlaps another that it excludes (SQLSTATE 23P01).
    pub fn is_exclusion_violation(&self) -> bool {
        self.has(&[SqlState::EXCLUSION_VIOLATION])
    }

    /// Whether any constraint is broken (SQLSTATE 23…).
    pub fn is_integrity_violation(&self) -> bool {
        self.is_of_class("23")
    }

    /// Whether the transaction cannot be as if it ran alone (SQLSTATE 40001).
    pub fn is_serialization_failure(&self) -> bool {
        self.has(&[SqlState::T_R_SERIALIZATION_FAILURE])
    }

    /// Whether transactions waited for each other, and this one was ended (SQLSTATE 40P01).
    pub fn is_deadlock(&self) -> bool {
        self.has(&[SqlState::T_R_DEADLOCK_DETECTED])
    }

    /// Whether the whole transaction may go well when it is tried again: a serialization failure or a deadlock. See
    /// [`TransactionOptions::retries`](crate::TransactionOptions::retries).
    pub fn is_retryable(&self) -> bool {
        self.is_serialization_failure() || self.is_deadlock()
    }

    /// Whether a lock was not to be had at once, or in time (SQLSTATE 55P03).
    pub fn is_lock_not_available(&self) -> bool {
        self.has(&[SqlState::LOCK_NOT_AVAILABLE])
    }

    /// Whether the statement was cancelled: by a limit or a token of its call, or by others (SQLSTATE 57014).
    pub fn is_query_cancelled(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::Cancelled)
            || self.has(&[SqlState::QUERY_CANCELED])
    }

    /// Whether the role may not do this (SQLSTATE 42501).
    pub fn is_permission_denied(&self) -> bool {
        self.has(&[SqlState::INSUFFICIENT_PRIVILEGE])
    }

    /// Whether a table is not there (SQLSTATE 42P01).
    pub fn is_undefined_table(&self) -> bool {
        self.has(&[SqlState::UNDEFINED_TABLE])
    }

    /// Whether memory, disk or connections ran out (SQLSTATE 53…).
    pub fn is_out_of_resources(&self) -> bool {
        self.is_of_class("53")
    }

    /// Whether the database cannot be reached, or the connection to it broke: what ran then may have been done or not.
    pub fn is_connection(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Connection) || self.is_of_class("08")
    }
}
