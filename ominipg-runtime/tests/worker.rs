//! The worker thread, alone in its process so that it can be counted.
#![cfg(target_os = "linux")]

use std::time::Duration;

use ominipg_runtime::{ConnectOptions, Ominipg};
use ominipg_test_support::database;

#[test]
fn the_last_handle_ends_the_worker_thread() {
    let threads = || {
        let names = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let name =
            |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        names.map(name).filter(|name| name.trim() == "ominipg-worker").count()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = ConnectOptions::new(database().await).use_worker(true);
        let db = Ominipg::connect(options).await.unwrap();
        db.query("SELECT 1", &[]).await.unwrap();
        assert_eq!(threads(), 1);
        drop(db);
        for attempt in 0.. {
            if threads() == 0 {
                break;
            }
            assert!(attempt < 100, "the thread is still there");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}
