//! Transactions of a handle, held by a guard or around a closure.

use super::Ominipg;
use crate::error::{Error, ErrorKind};
use crate::session::{Transaction, TransactionOptions, transact, transact_with};

impl Ominipg {
    /// Begins a transaction, which ends with [`commit`](Transaction::commit) or is rolled back.
    ///
    /// # Errors
    ///
    /// Where no connection is free within [`ConnectOptions::busy_timeout`](super::ConnectOptions::busy_timeout).
    pub async fn transaction(&self) -> Result<Transaction, Error> {
        Transaction::begin(self.backend(), self.limits()).await
    }

    /// Begins a transaction with options: an isolation level, only for reading, deferrable.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction), and where the options ask for retries: only
    /// [`transact_with`](Self::transact_with) knows what to try again.
    pub async fn transaction_with(&self, options: TransactionOptions) -> Result<Transaction, Error> {
        if options.has_retries() {
            let message = "`TransactionOptions::retries` is for `transact_with`, which can do its work again; whoever \
                           holds a transaction begins the next one";
            return Err(Error::new(ErrorKind::Options, message));
        }
        Transaction::begin_with(self.backend(), self.limits(), options).await
    }

    /// Does some work in a transaction, which is committed where `work` gives `Ok`, and rolled back where it gives `Err`, panics
    /// or is dropped.
    ///
    /// The work uses `tx`, and not the database: on an embedded database, which has one connection, a call on the database
    /// itself would wait for the transaction that waits for it, until
    /// [`busy_timeout`](super::ConnectOptions::busy_timeout) ends it with an error of the kind [`ErrorKind::Busy`] that says
    /// so; on a server, such a call would be outside of the transaction.
    ///
    /// ```no_run
    /// # async fn pay(db: ominipg_runtime::Ominipg, from: i64, to: i64) -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::Error;
    ///
    /// let left = db.transact(async |tx| {
    ///     tx.execute("UPDATE accounts SET balance = balance + 10 WHERE id = $1", &[&to]).await?;
    ///     let sql = "UPDATE accounts SET balance = balance - 10 WHERE id = $1 RETURNING balance";
    ///     Ok::<i64, Error>(tx.query_one(sql, &[&from]).await?.get(0))
    /// });
    /// println!("{} left", left.await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `work`; and where the transaction cannot begin or be committed, as of [`transaction`](Self::transaction) and
    /// [`commit`](Transaction::commit).
    pub async fn transact<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        transact(self.backend(), self.limits(), work).await
    }

    /// As [`transact`](Self::transact), with options; with [`retries`](TransactionOptions::retries), the work is done again,
    /// in a new transaction and after a short, random pause, where PostgreSQL refused the first for the sake of others
    /// (SQLSTATE 40001 and 40P01). What it changes outside of the database, it changes again then.
    ///
    /// ```no_run
    /// # async fn book(db: ominipg_runtime::Ominipg, seat: i32) -> Result<(), ominipg_runtime::Error> {
    /// use ominipg_runtime::{Error, Isolation, TransactionOptions};
    ///
    /// let options = TransactionOptions::new().isolation(Isolation::Serializable).retries(5);
    /// db.transact_with(options, async |tx| {
    ///     tx.execute("INSERT INTO bookings VALUES ($1)", &[&seat]).await?;
    ///     Ok::<_, Error>(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transact`](Self::transact); those of the last try.
    pub async fn transact_with<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        work: impl AsyncFn(&mut Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        transact_with(self.backend(), self.limits(), options, work).await
    }
}
