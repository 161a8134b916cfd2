//! A server, and replicas that send to it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
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

    /// A new replica with the same tables.
    pub async fn replica(&self, tables: &str, synced: &[SyncTable]) -> Replica {
        self.replica_with(tables, synced, |options| options).await
    }

    pub async fn replica_with(
        &self,
        tables: &str,
        synced: &[SyncTable],
        with: impl FnOnce(ConnectOptions) -> ConnectOptions,
    ) -> Replica {
        let folder = new_folder();
        let url = format!("file://{}", folder.display());
        let plain = Ominipg::connect(url.as_str()).await.expect("a folder opens");
        plain.batch_execute(tables).await.expect("the tables are created");
        plain.close().await.expect("it closes");
        let db = self.open(&folder, synced, with).await;
        Replica { db, folder }
    }

    /// Opens the folder of a replica.
    pub async fn open(
        &self,
        folder: &Path,
        synced: &[SyncTable],
        with: impl FnOnce(ConnectOptions) -> ConnectOptions,
    ) -> Ominipg {
        let mut options = ConnectOptions::new(format!("file://{}", folder.display())).sync_url(&self.url);
        for table in synced {
            options = options.sync_table(table.clone());
        }
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

/// A replica in a folder of its own, which goes with it.
pub struct Replica {
    pub db: Ominipg,
    pub folder: PathBuf,
}

impl Deref for Replica {
    type Target = Ominipg;

    fn deref(&self) -> &Ominipg {
        &self.db
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A folder that is not there yet.
pub fn new_folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("ominipg-sync-{}-{number}", std::process::id()))
}
