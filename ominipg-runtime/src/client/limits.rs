use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorKind};

/// How long calls may take, what else ends them, and what their rows are checked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    pub(crate) cancel: Option<CancellationToken>,
    /// Whether rows are checked against the rules of their schema as they are read.
    pub(crate) validate_rows: bool,
}

/// No limits.
pub(crate) static NO_LIMITS: Limits = Limits { timeout: None, cancel: None, validate_rows: false };

/// When a call is to end: at a time, or when a token says so.
// Only an engine reads it: a server is told by a request of its own.
#[cfg_attr(not(feature = "embedded"), allow(dead_code))]
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub(crate) deadline: Option<Instant>,
    pub(crate) cancel: Option<CancellationToken>,
}

impl Stop {
    /// Whether the call is to end now.
    #[cfg(feature = "embedded")]
    pub(crate) fn is_due(&self) -> bool {
        self.cancel.as_ref().is_some_and(CancellationToken::is_cancelled)
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Limits {
    /// Until when a call that begins now may take.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        // The clock is asked only where there is a limit; one beyond what clocks can tell is none.
        self.timeout.and_then(|timeout| Instant::now().checked_add(timeout))
    }

    /// The end of a call that has until `deadline`; none where nothing can end it.
    pub(crate) fn stop(&self, deadline: Option<Instant>) -> Option<Stop> {
        (deadline.is_some() || self.cancel.is_some()).then(|| Stop { deadline, cancel: self.cancel.clone() })
    }

    /// Does some work, for as long as no limit comes first.
    pub(crate) async fn bound<T>(
        &self,
        deadline: Option<Instant>,
        work: Pin<&mut (impl Future<Output = Result<T, Error>> + ?Sized)>,
    ) -> Result<T, Error> {
        match (deadline, &self.cancel) {
            (None, None) => work.await,
            // Behind a pointer, or every call would have room for timers.
            _ => Box::pin(self.bounded(deadline, work)).await,
        }
    }

    async fn bounded<T>(
        &self,
        deadline: Option<Instant>,
        work: Pin<&mut (impl Future<Output = Result<T, Error>> + ?Sized)>,
    ) -> Result<T, Error> {
        let in_time = async {
            match deadline {
                None => work.await,
                Some(at) => match tokio::time::timeout_at(at.into(), work).await {
                    Ok(result) => result,
                    Err(_) => Err(self.timed_out()),
                },
            }
        };
        let result = match &self.cancel {
            None => in_time.await,
            Some(token) => token.run_until_cancelled(in_time).await.unwrap_or_else(|| Err(cancelled())),
        };
        result.map_err(|error| self.name(error, deadline))
    }

    /// The error of a limit that is reached now.
    pub(crate) fn over(&self, deadline: Option<Instant>) -> Option<Error> {
        if self.cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
            return Some(cancelled());
        }
        deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| self.timed_out())
    }

    /// Comes with the error of the limit that is reached first; none where nothing can end the call.
    pub(crate) fn reached(
        &self,
        deadline: Option<Instant>,
    ) -> Option<impl Future<Output = Error> + Send + Sync + 'static> {
        self.stop(deadline)?;
        let limits = self.clone();
        Some(async move {
            let over = std::future::pending::<Result<(), Error>>();
            match limits.bound(deadline, pin!(over)).await {
                Err(error) => error,
                Ok(()) => unreachable!("what is pending has no end of its own"),
            }
        })
    }

    /// Names what cancelled a statement, where it was one of these limits.
    pub(crate) fn name(&self, error: Error, deadline: Option<Instant>) -> Error {
        if error.kind() != ErrorKind::Database || error.code() != Some(&SqlState::QUERY_CANCELED) {
            error
        } else if self.cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
            cancelled().with_source_of(error)
        } else if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.timed_out().with_source_of(error)
        } else {
            error
        }
    }

    fn timed_out(&self) -> Error {
        let timeout = self.timeout.unwrap_or_default();
        let message = format!(
            "the call took longer than {timeout:?} and was cancelled: raise `ConnectOptions::statement_timeout`, or \
             give this call more time, as in `db.with_timeout(…)`"
        );
        Error::new(ErrorKind::Timeout, message)
    }
}

fn cancelled() -> Error {
    Error::new(
        ErrorKind::Cancelled,
        "the call was cancelled by the token that it was given with `with_cancel`",
    )
}
