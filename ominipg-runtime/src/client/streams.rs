//! The calls of a handle whose data comes or goes piece by piece.

use tokio_postgres::types::ToSql;

use super::{CallKind, Ominipg};
use crate::error::Error;
use crate::param::Params;
use crate::session::{CopyIn, CopyOut, Exchange, NOTIFY, Notifications, RowStream, Session, channel};

impl Ominipg {
    /// Runs a statement whose rows are read one by one, and may be more than memory holds.
    ///
    /// PostgreSQL goes no faster than the rows are taken. The stream holds a connection until its end; on an embedded
    /// database, which has only one, other calls wait. Its call takes until then, also for the limits of this handle.
    ///
    /// ```no_run
    /// # async fn sum(db: ominipg_runtime::Ominipg) -> Result<i64, ominipg_runtime::Error> {
    /// let mut sales = db.query_stream("SELECT amount FROM sales WHERE year = $1", &[&2026]).await?;
    /// let mut sum = 0;
    /// while let Some(row) = sales.next().await {
    ///     sum += row?.get::<_, i64>(0);
    /// }
    /// # Ok(sum)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query); what happens later is an item of the stream.
    pub async fn query_stream(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<RowStream<'static>, Error> {
        Session::database(self.backend(), self.limits()).check(sql)?;
        RowStream::begin(self.exchange(CallKind::Stream).await?, sql, Params::Inferred(params)).await
    }

    /// Begins a `COPY … FROM STDIN`, which takes rows as fast as PostgreSQL can: as text, CSV or binary, as the SQL says.
    ///
    /// It holds a connection until its end; on an embedded database, which has only one, other calls wait.
    ///
    /// ```no_run
    /// # async fn fill(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
    /// let mut copy = db.copy_in("COPY planes (name, seats) FROM STDIN (FORMAT csv)").await?;
    /// copy.send("A320,180\n").await?;
    /// copy.send("\"747, the old one\",366\n").await?;
    /// let rows = copy.finish().await?;
    /// # assert_eq!(rows, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of the kind [`ErrorKind::Copy`](crate::ErrorKind::Copy) where the SQL is no `COPY … FROM STDIN`; else as
    /// [`execute`](Self::execute).
    pub async fn copy_in(&self, sql: &str) -> Result<CopyIn<'static>, Error> {
        CopyIn::begin(self.exchange(CallKind::CopyIn).await?, sql).await
    }

    /// Begins a `COPY … TO STDOUT`, of a table or a query: as text, CSV or binary, as the SQL says.
    ///
    /// It holds a connection until its end; on an embedded database, which has only one, other calls wait.
    ///
    /// ```no_run
    /// # async fn save(db: ominipg_runtime::Ominipg) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::io::Write;
    ///
    /// let mut file = std::fs::File::create("planes.csv")?;
    /// let mut copy = db.copy_out("COPY planes TO STDOUT (FORMAT csv, HEADER)").await?;
    /// while let Some(lines) = copy.next().await {
    ///     file.write_all(&lines?)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of the kind [`ErrorKind::Copy`](crate::ErrorKind::Copy) where the SQL is no `COPY … TO STDOUT`; else as
    /// [`query`](Self::query).
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOut<'static>, Error> {
        CopyOut::begin(self.exchange(CallKind::CopyOut).await?, sql).await
    }

    async fn exchange(&self, kind: CallKind) -> Result<Exchange<'static>, Error> {
        Exchange::of_database(self.backend(), self.limits(), kind).await
    }

    /// Listens to a channel, whose name is taken as it is; see [`Notifications`].
    ///
    /// It has a connection of its own: on a server one beside the pool's, on an embedded database a further session. What
    /// any handle, transaction or other client tells from now on arrives when that is committed.
    ///
    /// ```no_run
    /// # async fn work(db: ominipg_runtime::Ominipg) -> Result<(), ominipg_runtime::Error> {
    /// let mut jobs = db.listen("jobs").await?;
    /// db.notify("jobs", "42").await?;
    /// while let Some(job) = jobs.next().await {
    ///     println!("{} is to be done", job?.payload);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where the name is empty or longer than 63 bytes, or the server takes no further connection; and on an embedded
    /// database where a transaction stays open for longer than
    /// [`busy_timeout`](crate::ConnectOptions::busy_timeout).
    pub async fn listen(&self, channel: &str) -> Result<Notifications, Error> {
        self.listen_all([channel]).await
    }

    /// Listens to several channels on one connection; as [`listen`](Self::listen).
    ///
    /// # Errors
    ///
    /// As [`listen`](Self::listen), and where no channel is named.
    pub async fn listen_all<N: Into<String>>(
        &self,
        channels: impl IntoIterator<Item = N>,
    ) -> Result<Notifications, Error> {
        let names: Vec<String> = channels.into_iter().map(Into::into).collect();
        Notifications::listen(self.backend(), self.limits(), &names).await
    }

    /// Notifies who listens to a channel, in this process or another.
    ///
    /// # Errors
    ///
    /// Where the channel's name is empty or longer than 63 bytes, or the payload is of 8,000 bytes or more.
    pub async fn notify(&self, channel: &str, payload: &str) -> Result<(), Error> {
        channel::check(channel)?;
        self.execute(NOTIFY, &[&channel, &payload]).await.map(drop)
    }
}
