//! A server of its own, a proxy before it, and folders of replicas.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ominipg::{ConnectOptions, Ominipg};
use ominipg_runtime::sync_faults::SyncPoint;
use ominipg_test_support::{CrashServer, Proxy};

use crate::workload;

/// How long a statement may take where every server answers, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long, where the server is to fall silent.
const LITTLE_PATIENCE: Duration = Duration::from_millis(1500);

/// A server with the tables, a proxy before it, and the folder of a replica that has them too.
pub struct Place {
    /// The server, which may be killed.
    pub server: CrashServer,
    /// What the replica's syncs go through.
    pub proxy: Proxy,
    /// A way to the server beside the proxy.
    pub direct: Ominipg,
    /// The folder of a replica.
    pub folder: PathBuf,
}

impl Place {
    /// Makes one; nothing where the machine has no PostgreSQL.
    ///
    /// # Panics
    ///
    /// Where it cannot be made.
    pub async fn new() -> Option<Self> {
        let Some(server) = CrashServer::start().expect("a server starts") else {
            println!("left out: needs a PostgreSQL server of this machine");
            return None;
        };
        let proxy = Proxy::start(server.address()).await.expect("the proxy starts");
        let direct = Ominipg::connect(server.url()).await.expect("the server answers");
        workload::prepare(&direct).await.expect("the tables are created");
        let folder = scratch();
        let db = Ominipg::connect(url(&folder)).await.expect("a folder opens");
        workload::prepare_replica(&db).await.expect("the tables are created");
        db.close().await.expect("it closes");
        Some(Self { server, proxy, direct, folder })
    }

    /// Opens the replica; it syncs through the proxy.
    ///
    /// # Panics
    ///
    /// Where it does not open.
    pub async fn open(&self) -> Ominipg {
        open(&self.folder, &self.url()).await.expect("the replica opens")
    }

    /// Opens the replica, which gives up a server that is silent for long.
    ///
    /// # Panics
    ///
    /// Where it does not open.
    pub async fn open_impatient(&self) -> Ominipg {
        open_with(&self.folder, &self.url(), LITTLE_PATIENCE).await.expect("the replica opens")
    }

    /// The url of the server through the proxy.
    pub fn url(&self) -> String {
        self.proxy.url(&self.server.url(), self.server.address())
    }

    /// Starts the server again, and waits until it answers.
    ///
    /// # Panics
    ///
    /// Where it does not.
    pub async fn restart(&mut self) {
        self.server.restart().expect("the server starts again");
        self.direct = Ominipg::connect(self.server.url()).await.expect("the server answers");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Opens the folder of a replica that syncs with a server.
///
/// # Errors
///
/// Where it does not open.
pub async fn open(folder: &Path, server: &str) -> Result<Ominipg, ominipg::Error> {
    open_with(folder, server, PATIENCE).await
}

async fn open_with(folder: &Path, server: &str, timeout: Duration) -> Result<Ominipg, ominipg::Error> {
    let mut options = ConnectOptions::new(url(folder)).sync_url(server).sync_timeout(timeout);
    for table in workload::synced() {
        options = options.sync_table(table);
    }
    Ominipg::connect(options).await
}

fn url(folder: &Path) -> String {
    format!("file://{}", folder.display())
}

/// A folder that is not there yet.
pub fn scratch() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("ominipg-sync-crash-{}-{number}", std::process::id()))
}

/// Copies the folder of a database that is closed; what was there before is gone.
///
/// # Panics
///
/// Where it cannot be copied.
pub fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("a folder is made");
    for entry in std::fs::read_dir(from).expect("the folder is there").flatten() {
        let to = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a file is copied");
        }
    }
}

/// The point of this name.
pub fn point_named(name: &str) -> Option<SyncPoint> {
    SyncPoint::ALL.into_iter().chain(SyncPoint::SEQUENCES).find(|point| format!("{point:?}") == name)
}
