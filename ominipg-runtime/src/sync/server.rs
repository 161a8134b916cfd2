//! The server that changes are sent to.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::types::Type;

use super::SyncTable;
use super::conflict::Resolver;
use super::core::{ReplicaId, Rules};
use super::drift::{Drift, DriftKind};
use super::local::Captured;
use super::remote::{self, Destination, Handshake};
use super::report::Drifts;
use crate::client::{ConnectOptions, Ominipg};
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;

/// A connection to the server, and what is known of it.
#[derive(Debug)]
pub(super) struct Server {
    db: Ominipg,
    set_up: bool,
    /// What begins a transaction that writes: in one piece, for each is a journey to the server.
    begin: String,
    destination: Destination,
    /// What its tables were when the destination was made.
    fingerprint: Option<String>,
}

impl Server {
    pub(super) async fn connect(url: &str, timeout: Duration, set_up: bool) -> Result<Self, Error> {
        let options = ConnectOptions::new(url).max_connections(1).use_worker(false).max_lifetime(None);
        let db = Ominipg::connect(options).await.map_err(|error| error.context("the sync server"))?;
        let db = db.with_timeout(timeout);
        // What this session has locked is let go when nobody is heard from for as long as an answer may take here, but not at once,
        // or when the network is gone: the next push would wait for it.
        let patience = timeout.as_millis().clamp(5_000, i32::MAX as u128);
        let begin = format!(
            "BEGIN; {}; SET LOCAL idle_in_transaction_session_timeout = {patience}; SET LOCAL tcp_keepalives_idle = 20; \
             SET LOCAL tcp_keepalives_interval = 10; SET LOCAL tcp_keepalives_count = 4",
            remote::SETTINGS
        );
        Ok(Self { db, set_up, begin, destination: Destination::default(), fingerprint: None })
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Transaction, Error> {
        Transaction::begin_as(self.db.backend(), self.db.limits(), &self.begin).await
    }

    pub(super) async fn transaction(&self) -> Result<Transaction, Error> {
        self.db.transaction().await
    }

    pub(super) fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Asks what the server has of a replica's changes; it is given what sync needs first, where that is missing.
    pub(super) async fn ask(&mut self, replica: ReplicaId, tables: &[String]) -> Result<Handshake, Error> {
        let mut asked = match remote::ask(&self.db, replica, tables).await {
            // The server may have closed what was kept since the last push; the question may be asked twice.
            Err(error) if error.kind() == ErrorKind::Connection => {
                remote::ask(&self.db, replica, tables).await?
            }
            asked => asked?,
        };
        if asked.as_ref().is_none_or(|asked| !asked.is_set_up) && self.set_up {
            let tx = self.transaction().await?;
            remote::set_up(&tx, tables).await?;
            tx.commit().await?;
            asked = remote::ask(&self.db, replica, tables).await?;
        }
        // What is still missing where it was just made belongs to a table that cannot have it: its drift is told later.
        let asked = asked.filter(|asked| asked.is_set_up || self.set_up);
        let asked = asked.ok_or_else(not_set_up)?;
        if self.fingerprint.as_ref() != Some(&asked.fingerprint) {
            self.destination = Destination::default();
            self.fingerprint = Some(asked.fingerprint.clone());
        }
        Ok(asked)
    }

    /// Learns how changes of these layouts become rows here.
    ///
    /// # Errors
    ///
    /// Where tables have grown apart.
    pub(super) async fn learn(
        &mut self,
        db: &Ominipg,
        layouts: &[Arc<Captured>],
        names: &[String],
        tables: &[SyncTable],
        resolver: Option<&Resolver>,
    ) -> Result<(), Error> {
        let unknown: Vec<&Arc<Captured>> =
            layouts.iter().filter(|captured| !self.destination.knows(&captured.layout)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let wanted: Vec<String> =
            unknown.iter().filter_map(|known| names.get(known.layout.table).cloned()).collect();
        let tx = self.transaction().await?;
        if !remote::unfit(&tx, &wanted).await?.is_empty() {
            if !self.set_up {
                return Err(not_set_up());
            }
            remote::set_up(&tx, &wanted).await?;
        }
        let found = remote::tables(&tx, &wanted).await?;
        tx.commit().await?;
        let mut found: HashMap<String, _> =
            found.into_iter().map(|table| (table.name.clone(), table)).collect();
        let mut drifts = Vec::new();
        self.destination.resolver = resolver.cloned();
        for captured in unknown {
            let Captured { layout, types, optional } = &**captured;
            let name = names.get(layout.table).map_or("", String::as_str);
            if let Some(table) = found.remove(name) {
                let rules = tables.iter().find(|table| table.name == name).map(rules).unwrap_or_default();
                self.destination.add_table(layout.table, table, rules);
            }
            let types = local_types(db, types).await?;
            if let Err(drift) = self.destination.add_layout(layout, &types, optional, name) {
                drifts.push(drift);
            }
        }
        if drifts.is_empty() {
            return Ok(());
        }
        self.destination = Destination::default();
        let drifts = Drifts(drifts);
        let message = format!("the changes wait: {drifts}");
        Err(Error::new(ErrorKind::Sync, message).with_source(drifts))
    }

    pub(super) async fn setup_sql(&mut self, tables: &[String]) -> Result<String, Error> {
        let tx = self.transaction().await?;
        let found = remote::tables(&tx, tables).await?;
        tx.commit().await?;
        if let Some(missing) = tables.iter().find(|name| found.iter().all(|table| table.name != **name)) {
            let drift = Drift { table: missing.clone(), column: String::new(), kind: DriftKind::NoTable };
            return Err(Error::new(ErrorKind::Sync, drift.to_string()).with_source(Drifts(vec![drift])));
        }
        Ok(remote::set_up_sql(&found))
    }
}

fn not_set_up() -> Error {
    let message = "the server lacks what sync needs there: let somebody run what `Ominipg::sync_setup_sql` gives, or leave \
                   out `.sync_setup(false)`";
    Error::new(ErrorKind::Sync, message)
}

/// The types of an embedded database's columns, by their names in SQL, which came from its catalog.
async fn local_types(db: &Ominipg, names: &[String]) -> Result<Vec<Type>, Error> {
    let columns: Vec<String> = names.iter().map(|name| format!("NULL::{name}")).collect();
    let tx = db.transaction().await?;
    let types = tx.describe(&format!("SELECT {}", columns.join(", "))).await?;
    tx.commit().await?;
    Ok(types.into_iter().map(|(_, ty)| ty).collect())
}

fn rules(table: &SyncTable) -> Rules {
    let columns = table.columns.iter().map(|(name, policy)| (Arc::from(name.as_str()), *policy)).collect();
    Rules { policy: table.policy, columns }
}
