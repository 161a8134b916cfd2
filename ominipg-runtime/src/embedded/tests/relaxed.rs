//! With relaxed durability, what may be lost is bounded by what is acknowledged.

use super::faults::{Database, open_with};
use super::folder::Folder;
use crate::embedded::Options;
use crate::embedded::files::faults::{Fault, Faults};

/// Longer than a commit may wait for the disk.
const LATER: &str = "SELECT pg_sleep(0.2)";

async fn open(folder: &Folder, faults: &Faults) -> Database {
    let options = Options { relaxed_durability: true, faults: faults.clone(), ..Options::default() };
    open_with(folder.path(), options).await.expect("it opens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_before_what_is_older_is_on_disk() {
    let mut refused = 0;
    for round in 0..5 {
        let folder = Folder::new();
        let faults = Faults::plan(0, Fault::Dead);
        let db = open(&folder, &faults).await;
        db.client().batch_execute("CREATE TABLE t (n int); INSERT INTO t VALUES (1)").await.expect("created");
        // What came until now is on disk when this is answered.
        db.client().batch_execute(LATER).await.expect("it answers");
        db.client().batch_execute("INSERT INTO t VALUES (2)").await.expect("acknowledged");
        faults.now();
        let later = db.client().batch_execute(LATER).await;
        drop(db.close().await);

        let again = open(&folder, &Faults::plan(0, Fault::Dead)).await;
        let kept = again.client().query_one("SELECT max(n) FROM t", &[]).await.expect("it recovers");
        let kept: i32 = kept.get(0);
        again.close().await.expect("it closes");
        match later {
            // The machine was so busy that the commit was written before its own answer.
            Ok(()) => {
                assert_eq!(kept, 2, "round {round}: what came later was acknowledged, and this is lost")
            }
            Err(_) => {
                assert_eq!(kept, 1, "round {round}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "no commit waited for the disk");
}
