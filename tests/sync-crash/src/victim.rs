//! A child that syncs until it is killed, or kills itself at a point.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ominipg_runtime::sync_faults::{self, SyncPoint};
use ominipg_test_support::{Proxy, Random};

use crate::{place, workload};

/// The program beside the tests that is its own victim.
///
/// # Panics
///
/// Where this process has no path.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    // A test lies in the folder `deps` beside it.
    let folder = own.ancestors().nth(1).expect("it has a folder");
    let folder = if folder.ends_with("deps") { folder.parent().expect("it has a folder") } else { folder };
    folder.join("ominipg-test-sync-crash")
}

/// Starts a victim.
///
/// # Errors
///
/// Where it does not start.
pub fn spawn(folder: &Path, server: &str, more: &[&str]) -> std::io::Result<Child> {
    let mut command = Command::new(program());
    command.arg("--victim").arg(folder).arg("--server").arg(server).args(more);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
}

/// Ends this process as `kill -9` does.
pub fn die() -> ! {
    let _ = Command::new("kill").arg("-KILL").arg(std::process::id().to_string()).status();
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Writes, syncs, and dies at the point.
///
/// # Errors
///
/// Where it does not come to the point.
pub async fn at_point(folder: &Path, server: &str, point: SyncPoint, poisoned: bool) -> Result<(), String> {
    // A commit is sent and its answer lost: the proxy sees the answer.
    let address = address(server).ok_or("a server has an address")?;
    let proxy = Arc::new(Proxy::start(address).await.map_err(text)?);
    let db = place::open(folder, &proxy.url(server, address)).await.map_err(text)?;
    workload::large(&db).await.map_err(text)?;
    if poisoned {
        workload::poison(&db).await.map_err(text)?;
    }
    let answers = Arc::clone(&proxy);
    sync_faults::at_sync_points(move |at| {
        if at != point {
            return;
        }
        if point == SyncPoint::Committing {
            answers.on_answer(|| die());
        } else {
            die();
        }
    });
    if SyncPoint::SEQUENCES.contains(&point) {
        db.sync_sequences().await.map_err(text)?;
    } else {
        db.sync().await.map_err(text)?;
    }
    Err(format!("it ended without {point:?}"))
}

/// Writes and syncs until it is killed. It says `open`, and what it counts after each sync.
///
/// # Errors
///
/// Where a statement or a sync fails: only a kill should end it.
pub async fn endless(folder: &Path, server: &str, seed: u64) -> Result<(), String> {
    let db = place::open(folder, server).await.map_err(text)?;
    let mut random = Random::new(seed);
    tell("open")?;
    loop {
        for _ in 0..=random.below(3) {
            workload::small(&db).await.map_err(text)?;
            tell("done")?;
        }
        db.sync().await.map_err(text)?;
        tell("sync")?;
    }
}

fn tell(what: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{what}\n").as_bytes()).and_then(|()| out.flush()).map_err(text)
}

/// The address within a url.
fn address(url: &str) -> Option<SocketAddr> {
    url.split_once('@')?.1.split_once('/')?.0.parse().ok()
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
