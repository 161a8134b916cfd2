use std::ops::Deref;

use super::transaction::Transaction;
use crate::error::Error;

/// A part of a [`Transaction`] that can be taken back alone; dropped without [`commit`](Self::commit), it is.
///
/// Statements run on it as on the transaction, which waits until it ends. A statement that fails in it leaves the rest of the
/// transaction as it was; one that was cancelled, or whose caller stopped waiting, leaves the whole transaction to be rolled
/// back, here as elsewhere.
///
/// ```no_run
/// # async fn try_it(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
/// let mut tx = db.transaction().await?;
/// tx.execute("INSERT INTO orders VALUES (1)", &[]).await?;
/// let sp = tx.savepoint().await?;
/// match sp.execute("INSERT INTO coupons VALUES (1)", &[]).await {
///     Ok(_) => sp.commit().await?,
///     Err(_) => sp.rollback().await?,
/// }
/// tx.commit().await
/// # }
/// ```
#[must_use = "a savepoint that is dropped is rolled back"]
pub struct Savepoint<'a> {
    transaction: &'a mut Transaction,
    /// How many there are, with this one.
    depth: usize,
    ended: bool,
}

impl<'a> Savepoint<'a> {
    pub(super) async fn begin(transaction: &'a mut Transaction, depth: usize) -> Result<Self, Error> {
        transaction.run(&format!("SAVEPOINT {}", name(depth))).await?;
        Ok(Self { transaction, depth, ended: false })
    }

    /// Begins a savepoint in this one.
    ///
    /// # Errors
    ///
    /// As [`Transaction::savepoint`].
    pub async fn savepoint(&mut self) -> Result<Savepoint<'_>, Error> {
        Savepoint::begin(self.transaction, self.depth + 1).await
    }

    /// Does some work in a savepoint in this one; see [`Transaction::transact`].
    ///
    /// # Errors
    ///
    /// As [`Transaction::transact`].
    pub async fn transact<T, E: From<Error>>(
        &mut self,
        work: impl AsyncFnOnce(&mut Savepoint<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.savepoint().await?.enclose(work).await
    }

    /// Makes what was done in it a part of what is around it.
    ///
    /// # Errors
    ///
    /// Where a statement in it failed: it is rolled back then.
    pub async fn commit(mut self) -> Result<(), Error> {
        // The drop that follows an error rolls back.
        self.transaction.run(&format!("RELEASE SAVEPOINT {}", name(self.depth))).await?;
        self.ended = true;
        Ok(())
    }

    /// Takes back what was done in it.
    ///
    /// # Errors
    ///
    /// Where the connection breaks, or the whole transaction is to be rolled back.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.ended = true;
        self.transaction.leave_savepoint(self.depth);
        self.transaction.settle().await
    }

    pub(super) async fn enclose<T, E: From<Error>>(
        mut self,
        work: impl AsyncFnOnce(&mut Savepoint<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match work(&mut self).await {
            Ok(value) => {
                self.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // What keeps it from being rolled back, the transaction's next statement tells.
                let _ = self.rollback().await;
                Err(error)
            }
        }
    }
}

impl Deref for Savepoint<'_> {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        self.transaction
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.transaction.leave_savepoint(self.depth);
        }
    }
}

/// The name of the savepoint at a depth.
fn name(depth: usize) -> String {
    format!("ominipg_{depth}")
}

/// What rolls back to before the savepoint at a depth.
pub(super) fn undo(depth: usize) -> String {
    let name = name(depth);
    format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
}
