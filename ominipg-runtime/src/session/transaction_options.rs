use std::fmt::Write as _;

/// What a transaction sees of others that run beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement sees what was committed before it began; PostgreSQL's own default.
    ReadCommitted,
    /// All statements see what was committed before the first of them began; a change of what others changed since is refused
    /// ([`Error::is_serialization_failure`](crate::Error::is_serialization_failure)).
    RepeatableRead,
    /// As if the transactions ran one after the other; one that cannot is refused, also when it is committed
    /// ([`Error::is_serialization_failure`](crate::Error::is_serialization_failure)), and is to be tried again.
    Serializable,
}

/// How a transaction runs; what is not set is as the database has it.
///
/// ```no_run
/// # async fn report(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
/// use ominipg_runtime::{Isolation, TransactionOptions};
///
/// let options = TransactionOptions::new().isolation(Isolation::Serializable).read_only(true);
/// let tx = db.transaction_with(options).await?;
/// # tx.commit().await
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "pass it to `transaction_with` or `transact_with`"]
pub struct TransactionOptions {
    isolation: Option<Isolation>,
    read_only: Option<bool>,
    deferrable: Option<bool>,
    pub(super) retries: u32,
}

impl TransactionOptions {
    /// Options of which nothing is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it sees of others.
    pub fn isolation(self, isolation: Isolation) -> Self {
        Self { isolation: Some(isolation), ..self }
    }

    /// Whether it may only read.
    pub fn read_only(self, read_only: bool) -> Self {
        Self { read_only: Some(read_only), ..self }
    }

    /// Whether it waits at its beginning for a moment from which it can never be refused; it needs to be
    /// [`Serializable`](Isolation::Serializable) and [`read_only`](Self::read_only) for that, and else changes nothing.
    pub fn deferrable(self, deferrable: bool) -> Self {
        Self { deferrable: Some(deferrable), ..self }
    }

    /// How often [`transact_with`](crate::Ominipg::transact_with) begins anew where PostgreSQL refused the transaction for
    /// the sake of another (SQLSTATE 40001 and 40P01); never by default.
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    pub(crate) fn has_retries(&self) -> bool {
        self.retries > 0
    }

    /// The statement that begins it.
    pub(super) fn begin(&self) -> String {
        let mut sql = "BEGIN".to_owned();
        let isolation = self.isolation.map(|isolation| match isolation {
            Isolation::ReadCommitted => "ISOLATION LEVEL READ COMMITTED",
            Isolation::RepeatableRead => "ISOLATION LEVEL REPEATABLE READ",
            Isolation::Serializable => "ISOLATION LEVEL SERIALIZABLE",
        });
        let read_only = self.read_only.map(|only| if only { "READ ONLY" } else { "READ WRITE" });
        let deferrable =
            self.deferrable.map(|deferrable| if deferrable { "DEFERRABLE" } else { "NOT DEFERRABLE" });
        for (place, mode) in [isolation, read_only, deferrable].into_iter().flatten().enumerate() {
            let _ = write!(sql, "{} {mode}", if place == 0 { "" } else { "," });
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_to_begin() {
        let options = TransactionOptions::new();
        assert_eq!(options.begin(), "BEGIN");
        assert_eq!(options.deferrable(false).retries(3).begin(), "BEGIN NOT DEFERRABLE");
        let options = options.isolation(Isolation::Serializable).read_only(true).deferrable(true);
        assert_eq!(options.begin(), "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE");
    }
}
