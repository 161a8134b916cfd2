//! What a handle has for sync: one push at a time, and what is kept between two.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::conflict::Resolver;
use super::core::Limits;
use super::local::replica::History;
use super::local::{self, Outbox};
use super::push::Pushing;
use super::report::{SyncReport, SyncStatus};
use super::sequences::{self, SequenceBlock};
use super::server::Server;
use super::{SyncOptions, SyncTable};
use crate::client::{Event, Ominipg};
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;

/// What a handle has for sync.
#[derive(Debug)]
pub(crate) struct Syncer {
    /// What the options name; nothing where they are those of the last time.
    named: Vec<SyncTable>,
    tables: OnceLock<Vec<SyncTable>>,
    pub(super) limits: Limits,
    pub(super) resolver: Option<Resolver>,
    set_up: bool,
    url: String,
    timeout: Duration,
    turn: Turn<Kept>,
    last_error: Mutex<Option<String>>,
}

/// What is kept between two pushes.
#[derive(Debug)]
pub(super) struct Kept {
    /// Nothing before the first push, and after one that failed.
    pub(super) server: Option<Server>,
    pub(super) outbox: Outbox,
    /// Whether blocks of numbers were lent.
    pub(super) has_sequences: bool,
}

impl Syncer {
    /// What the options ask for; nothing where they name no server.
    pub(crate) fn new(options: &SyncOptions, schema: Option<&Schema>) -> Option<Self> {
        let url = options.url.clone()?;
        let mut tables: Vec<SyncTable> = schema.into_iter().flat_map(SyncTable::of_schema).collect();
        // What the program says of a table counts, whatever the schema says.
        tables.retain(|table| options.tables.iter().all(|other| other.name != table.name));
        tables.extend(options.tables.iter().cloned());
        Some(Self {
            named: tables,
            tables: OnceLock::new(),
            limits: Limits { rows: options.batch, ..Limits::default() },
            resolver: options.resolver.clone(),
            set_up: options.set_up,
            url,
            timeout: options.timeout,
            turn: Turn::new(Kept { server: None, outbox: Outbox::default(), has_sequences: false }),
            last_error: Mutex::default(),
        })
    }

    /// Captures the changes of the tables from now on.
    pub(crate) async fn begin(&self, db: &Ominipg) -> Result<(), Error> {
        let tx = db.transaction().await?;
        let tables = local::set_up(&tx, &self.named).await?;
        local::replica::load(&tx, History::Near).await?;
        let lent = tx.query_one("SELECT EXISTS (SELECT FROM ominipg.blocks)", &[]).await?.get(0);
        tx.commit().await?;
        let mut kept = self.turn.lock().await;
        kept.outbox = Outbox::new(tables.iter().map(|table| table.name.clone()).collect());
        kept.has_sequences = lent;
        // It is set once: a handle begins once.
        let _ = self.tables.set(tables);
        Ok(())
    }

    /// Sends what waits to the server.
    pub(crate) async fn push(&self, db: &Ominipg) -> Result<SyncReport, Error> {
        let mut kept = self.turn.lock().await;
        reached!(Begun);
        // Taken, so that a push that is dropped or fails leaves no connection that something is under way on.
        let server = kept.server.take();
        let result = async {
            let mut server = match server {
                Some(server) => server,
                None => Box::pin(Server::connect(&self.url, self.timeout, self.set_up)).await?,
            };
            // On the heap: whoever awaits several syncs at once would else need a stack for all of them.
            let report = Box::pin(Pushing::new(self, db, &mut server, &mut kept.outbox).run()).await?;
            if kept.has_sequences {
                Box::pin(sequences::lend(db, &server, false)).await?;
            }
            Ok((server, report))
        };
        let result: Result<(Server, SyncReport), Error> = result.await;
        let error = result.as_ref().err().map(Error::to_string);
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = error;
        let (server, report) = result?;
        kept.server = Some(server);
        db.backend().monitor().events.send_with(|| Event::SyncEnd {
            pushed: report.pushed,
            merged: report.merged,
            parked: report.parked,
        });
        Ok(report)
    }

    /// How sync stands, as this database knows it.
    pub(crate) async fn status(&self, db: &Ominipg) -> Result<SyncStatus, Error> {
        let tx = db.transaction().await?;
        let uncaptured = local::uncaptured(&tx).await?;
        let local = local::replica::load(&tx, History::Near).await?;
        let sql = "SELECT (SELECT count(*) FROM ominipg.changes WHERE seq > $1), \
                   (SELECT at FROM ominipg.changes WHERE seq > $1 ORDER BY seq LIMIT 1), \
                   (SELECT acknowledged_at FROM ominipg.replica WHERE depth = 0)";
        let row = tx.query_one(sql, &[&local.mark.high_seq]).await?;
        let parked = local::parked::list(&tx).await?;
        tx.commit().await?;
        Ok(SyncStatus {
            replica: local.replica.get(),
            queued: u64::try_from(row.get::<_, i64>(0)).unwrap_or_default(),
            oldest: row.get(1),
            acknowledged: row.get(2),
            parked,
            uncaptured,
            last_error: self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        })
    }

    pub(crate) async fn retry_parked(&self, db: &Ominipg) -> Result<u64, Error> {
        let _turn = self.turn.lock().await;
        db.transact(async |tx| local::parked::retry(tx).await).await
    }

    pub(crate) async fn discard_parked(&self, db: &Ominipg) -> Result<u64, Error> {
        let _turn = self.turn.lock().await;
        db.transact(async |tx| local::parked::discard(tx).await).await
    }

    pub(crate) async fn resync(&self, db: &Ominipg) -> Result<u64, Error> {
        let _turn = self.turn.lock().await;
        db.transact(async |tx| local::resync(tx).await).await
    }

    /// Lends blocks of numbers for all sequences.
    pub(crate) async fn lend_sequences(&self, db: &Ominipg) -> Result<Vec<SequenceBlock>, Error> {
        let mut kept = self.turn.lock().await;
        let server = match kept.server.take() {
            Some(server) => server,
            None => Server::connect(&self.url, self.timeout, self.set_up).await?,
        };
        let lent = sequences::lend(db, &server, true).await?;
        (kept.server, kept.has_sequences) = (Some(server), true);
        Ok(lent)
    }

    /// The SQL that makes what sync needs on the server.
    pub(crate) async fn setup_sql(&self) -> Result<String, Error> {
        let mut server = Server::connect(&self.url, self.timeout, false).await?;
        server.setup_sql(&self.names()).await
    }

    /// The tables that are synced.
    pub(super) fn tables(&self) -> &[SyncTable] {
        self.tables.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.tables().iter().map(|table| table.name.clone()).collect()
    }
}

/// The error of a handle that was opened without `sync_url`.
pub(crate) fn no_server() -> Error {
    let message =
        "this database is synced with no server: add `.sync_url(\"postgresql://…\")` to its options";
    Error::new(ErrorKind::Options, message)
}
