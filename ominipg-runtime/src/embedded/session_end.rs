//! What would end a PostgreSQL process, of which each session of a server has its own. Here it ends the session only.

use super::frames;
use super::variables::pending;
use super::wasi::Guest;
use super::wasi::errno::Result;

/// Why PostgreSQL ends a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionEnd {
    /// `idle_in_transaction_session_timeout`.
    IdleInTransaction,
    /// `transaction_timeout`.
    Transaction,
    /// `idle_session_timeout`.
    Idle,
    /// `pg_terminate_backend`.
    Terminated,
}

impl SessionEnd {
    /// Takes what PostgreSQL is about to end for, so that it does not.
    pub(super) fn take(guest: &mut Guest<'_>) -> Result<Option<Self>> {
        let ends = [
            (pending::PROC_DIE, Self::Terminated),
            (pending::IDLE_IN_TRANSACTION, Self::IdleInTransaction),
            (pending::TRANSACTION, Self::Transaction),
            (pending::IDLE_SESSION, Self::Idle),
        ];
        let mut taken = None;
        for (pending, end) in ends {
            if guest.read_u32(pending)? != 0 {
                guest.write_u32(pending, 0)?;
                taken = taken.or(Some(end));
            }
        }
        Ok(taken)
    }

    /// What the client hears last.
    pub(super) fn farewell(self) -> Vec<u8> {
        let (code, message) = match self {
            Self::IdleInTransaction => ("25P03", "terminating connection due to idle-in-transaction timeout"),
            Self::Transaction => ("25P04", "terminating connection due to transaction timeout"),
            Self::Idle => ("57P05", "terminating connection due to idle-session timeout"),
            Self::Terminated => ("57P01", "terminating connection due to administrator command"),
        };
        frames::error_response("FATAL", code, message, None)
    }
}
