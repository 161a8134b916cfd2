use std::sync::atomic::{AtomicBool, Ordering};

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::backend::Backend;
use super::connection::Connection;
use super::executor::Session;
use super::lease::Lease;
use crate::error::{Error, ErrorKind};
use crate::param::Params;

/// An open transaction; dropped without [`commit`](Self::commit), it is rolled back.
///
/// It has a connection to itself. On an embedded database, which has only one, other calls wait until it ends.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    /// `None` once it has ended.
    lease: Option<Lease>,
    /// Whether a statement failed, after which PostgreSQL may refuse all others.
    failed: AtomicBool,
}

impl Transaction {
    pub(crate) async fn begin(backend: &Backend) -> Result<Self, Error> {
        // The guard is there before BEGIN is sent, so that a caller who stops waiting leaves nothing open.
        let transaction = Self { lease: Some(backend.lease().await?), failed: AtomicBool::new(false) };
        transaction.connection()?.batch("BEGIN").await?;
        Ok(transaction)
    }

    pub(super) fn connection(&self) -> Result<&Connection, Error> {
        self.lease.as_deref().ok_or_else(|| Error::new(ErrorKind::Closed, "the transaction has ended"))
    }

    /// Notes whether a statement failed.
    pub(super) fn watch<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it; the transaction can then only be rolled back.
    pub async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        Session::transaction(self).check(sql)?.query(sql, Params::Inferred(params)).await
    }

    /// Runs a statement that returns exactly one row.
    ///
    /// # Errors
    ///
    /// Where there is no row, or more than one, or PostgreSQL refuses it.
    pub async fn query_one(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Error> {
        crate::client::one(self.query(sql, params).await?)
    }

    /// Runs a statement that returns at most one row.
    ///
    /// # Errors
    ///
    /// Where there is more than one row, or PostgreSQL refuses it.
    pub async fn query_opt(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Error> {
        crate::client::at_most_one(self.query(sql, params).await?)
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses it; the transaction can then only be rolled back.
    pub async fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, Error> {
        Session::transaction(self).check(sql)?.execute(sql, Params::Inferred(params)).await
    }

    /// Runs statements that take no parameters, separated by semicolons.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses one; the transaction can then only be rolled back.
    pub async fn batch_execute(&self, sql: &str) -> Result<(), Error> {
        Session::transaction(self).check(sql)?.batch(sql).await
    }

    /// Makes the changes permanent.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses, or a statement failed before: then all is rolled back.
    pub async fn commit(mut self) -> Result<(), Error> {
        let connection = self.connection()?;
        // PostgreSQL answers COMMIT with success even where it rolls back. A savepoint may have mended the
        // failure, so PostgreSQL is asked.
        if self.failed.load(Ordering::Relaxed)
            && let Err(error) = connection.batch("SELECT").await
        {
            if error.code() != Some(&SqlState::IN_FAILED_SQL_TRANSACTION) {
                return Err(error);
            }
            return Err(
                error.context("the transaction was rolled back, because a statement in it had failed")
            );
        }
        connection.batch("COMMIT").await?;
        self.lease = None;
        Ok(())
    }

    /// Takes the changes back.
    ///
    /// # Errors
    ///
    /// Where the connection breaks, which takes the changes back too.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.connection()?.batch("ROLLBACK").await?;
        self.lease = None;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // Statements of the connection's next user run after this one.
        if let Some(lease) = &self.lease {
            lease.send("ROLLBACK");
        }
    }
}
