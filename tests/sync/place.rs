//! A server, and replicas that send to it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use ominipg::{ConnectOptions, Ominipg, SyncTable};
use ominipg_test_support::{database, takes_connections};

/// A table that both sides have.
pub const NOTES: &str =
    "CREATE TABLE notes (id int4 PRIMARY KEY, title text NOT NULL, body text, stars int4 NOT NULL DEFAULT 0)";

/// A server with some tables; none where the machine has none that takes two connections.
pub struct Place {
    pub url: String,
    pub server: Ominipg,
}

impl Place {
    pub async fn new(tables: &str) -> Option<Self> {
        if !takes_connections(3) {
            return None;
        }
        let url = database().await;
        let server = Ominipg::connect(url.as_str()).await.expect("the server answers");
        server.batch_execute(tables).await.expect("the tables are created");
        Some(Self { url, server })
    }

    /// A new replica in memory, with some tables.
    pub async fn replica(&self, tables: &str, synced: &[SyncTable]) -> Ominipg {
        self.replica_with(tables, synced, |options| options).await
    }

    pub async fn replica_with(
        &self,
        tables: &str,
        synced: &[SyncTable],
        with: impl FnOnce(ConnectOptions) -> ConnectOptions,
    ) -> Ominipg {
        let db = self.open(":memory:", synced, with).await;
        db.batch_execute(tables).await.expect("the tables are created");
        db
    }

    /// Opens a database to sync with the server.
    pub async fn open(
        &self,
        url: &str,
        synced: &[SyncTable],
        with: impl FnOnce(ConnectOptions) -> ConnectOptions,
    ) -> Ominipg {
        let options = ConnectOptions::new(url).sync_url(&self.url);
        let options = synced.iter().cloned().fold(options, ConnectOptions::sync_table);
        Ominipg::connect(with(options)).await.expect("the replica opens")
    }

    /// All rows of a query on the server, as text.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.server, sql).await
    }
}

/// All rows of a query, as text.
pub async fn rows(db: &Ominipg, sql: &str) -> Vec<String> {
    let sql = format!("SELECT r::text FROM ({sql}) r");
    db.query(&sql, &[]).await.expect("a query").iter().map(|row| row.get(0)).collect()
}

/// A folder of its own, which goes with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn url(&self) -> String {
        format!("file://{}", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A folder that is not there yet.
pub fn new_folder() -> Folder {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Folder(std::env::temp_dir().join(format!("ominipg-sync-{}-{number}", std::process::id())))
}
