//! The calls of a handle that send its changes to a server.

use std::pin::pin;
use std::time::Duration;

use super::{CallKind, Ominipg};
use crate::error::Error;
use crate::sync::{AutoSync, ParkedChange, SequenceBlock, SyncReport, SyncStatus, Syncer, no_server};

impl Ominipg {
    /// Sends the changes that wait to the server of [`sync_url`](crate::ConnectOptions::sync_url).
    ///
    /// They go in whole transactions and in their order, and each arrives exactly once, whatever breaks in between: the server
    /// notes in the transaction that writes them how far it is. Where somebody else has changed the same row, the table's
    /// policy decides, and the server's table `ominipg.conflicts` keeps both. What the server refuses is set aside with the
    /// reason, and all else goes on. The future may be dropped at any point: the next call goes on from there.
    ///
    /// ```no_run
    /// # async fn send(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
    /// let report = db.sync().await?;
    /// println!("{} changes pushed, {} parked", report.pushed, report.parked);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where the server cannot be reached, or does not answer: all changes stay, and the next call sends them. Of the kind
    /// [`ErrorKind::Sync`](crate::ErrorKind::Sync) where tables have grown apart ([`Error::drift`]), where the server lacks what
    /// sync needs there and this role may not create it, or was set back too far.
    pub async fn sync(&self) -> Result<SyncReport, Error> {
        let syncer = self.syncer()?;
        self.backend().monitor().call(CallKind::Sync, pin!(syncer.push(self))).await
    }

    /// How sync stands: what waits, since when, what is parked, and which tables are not captured. The server is not asked.
    ///
    /// # Errors
    ///
    /// Where this database is synced with no server; else as [`query`](Self::query).
    pub async fn sync_status(&self) -> Result<SyncStatus, Error> {
        self.syncer()?.status(self).await
    }

    /// The changes that the server refused, the oldest first.
    ///
    /// # Errors
    ///
    /// As [`sync_status`](Self::sync_status).
    pub async fn parked_changes(&self) -> Result<Vec<ParkedChange>, Error> {
        Ok(self.sync_status().await?.parked)
    }

    /// Lets the changes that the server refused wait again, behind all others; gives how many.
    ///
    /// # Errors
    ///
    /// As [`sync_status`](Self::sync_status).
    pub async fn retry_parked(&self) -> Result<u64, Error> {
        self.syncer()?.retry_parked(self).await
    }

    /// Forgets the changes that the server refused; gives how many. The rows here stay as they are.
    ///
    /// # Errors
    ///
    /// As [`sync_status`](Self::sync_status).
    pub async fn discard_parked(&self) -> Result<u64, Error> {
        self.syncer()?.discard_parked(self).await
    }

    /// Syncs now, and again after each `interval`, until what it gives is dropped.
    ///
    /// After a failure it waits twice as long as before, up to five minutes, and always a fifth more or less. It holds this
    /// handle; it is called from within a tokio runtime.
    ///
    /// ```no_run
    /// # async fn run(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
    /// let auto = db.auto_sync(std::time::Duration::from_secs(10))?;
    /// // … the program works …
    /// auto.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where this database is synced with no server.
    pub fn auto_sync(&self, interval: Duration) -> Result<AutoSync, Error> {
        self.syncer()?;
        Ok(AutoSync::start(self.clone(), interval))
    }

    /// Lends numbers for the sequences of the synced tables, so that no two replicas, nor the server, hand out the same.
    ///
    /// The server's sequence gives a block of 10,000 numbers to this database, whose own sequence counts within it. Each
    /// [`sync`](Self::sync) lends the next block once half of one is used. A database that uses up its block between two syncs
    /// gets PostgreSQL's error that the sequence is at its end, and never a number of another's. Gives the blocks that are new;
    /// it may be called again without effect.
    ///
    /// Where keys can be chosen freely, UUIDs need no server: `"format": "uuid"` with the default `uuidv7()`.
    ///
    /// # Errors
    ///
    /// Where the server cannot be reached, or has no such sequence.
    pub async fn sync_sequences(&self) -> Result<Vec<SequenceBlock>, Error> {
        let syncer = self.syncer()?;
        self.backend().monitor().call(CallKind::Sync, pin!(syncer.lend_sequences(self))).await
    }

    /// Lets all rows of the synced tables wait to be sent, as if they were made now; gives how many.
    ///
    /// It is for a server that was restored from a backup so old that [`sync`](Self::sync) does not know any more what it lacks.
    ///
    /// # Errors
    ///
    /// As [`sync_status`](Self::sync_status).
    pub async fn resync(&self) -> Result<u64, Error> {
        self.syncer()?.resync(self).await
    }

    /// The SQL that gives the server what sync needs there, for whoever may run it: the owner of the tables.
    ///
    /// Who pushes needs no more than `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the tables and on those of the schemas `ominipg`
    /// and `ominipg_rows`.
    ///
    /// # Errors
    ///
    /// Where the server cannot be reached, or lacks one of the tables.
    pub async fn sync_setup_sql(&self) -> Result<String, Error> {
        self.syncer()?.setup_sql().await
    }

    fn syncer(&self) -> Result<&Syncer, Error> {
        self.syncer.as_deref().ok_or_else(no_server)
    }
}
