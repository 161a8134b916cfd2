//! Nobody waits for ever while others are busy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ominipg_stress::Watchdog;

use crate::Served;
use crate::session::connect;

/// The most that one statement may wait for its turn; much longer than is usual, for machines that are busy.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How often it is looked at.
const TURNS: usize = 200;

/// What those who are busy do all the time.
#[derive(Debug, Clone, Copy)]
enum Busy {
    /// One short statement after another.
    Statements,
    /// Many at once, so that there is always one more behind.
    Pipelines,
    /// One transaction after another.
    Transactions,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_waits_gets_its_turn() {
    let _watchdog = Watchdog::new(Duration::from_secs(180), String::new);
    let served = Served::new().await;
    for busy in [Busy::Statements, Busy::Pipelines, Busy::Transactions] {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let others: Vec<_> = (0..3)
            .map(|_| tokio::spawn(work(busy, served.server.url(), Arc::clone(&stop), Arc::clone(&done))))
            .collect();
        let (client, _connection) = connect(&served.server.url()).await.expect("it opens");
        let mut waits = Vec::with_capacity(TURNS);
        for _ in 0..TURNS {
            let start = Instant::now();
            client.batch_execute("SELECT 1").await.expect("it answers");
            waits.push(start.elapsed());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.store(true, Ordering::Relaxed);
        for other in others {
            other.await.expect("it works");
        }
        waits.sort_unstable();
        let (median, longest) = (waits[TURNS / 2], waits[TURNS - 1]);
        let done = done.load(Ordering::Relaxed);
        println!("{busy:?}: waits {median:?} at the median, {longest:?} at most; the others did {done}");
        assert!(longest <= LONGEST_WAIT, "{busy:?}: a turn came after {longest:?}");
        assert!(done > 0, "{busy:?}: the others did nothing");
    }
    served.close().await;
}

async fn work(busy: Busy, url: String, stop: Arc<AtomicBool>, done: Arc<AtomicU64>) {
    let (client, _connection) = connect(&url).await.expect("it opens");
    while !stop.load(Ordering::Relaxed) {
        let worked = match busy {
            Busy::Statements => client.batch_execute("SELECT 1").await,
            Busy::Pipelines => {
                let all = (0..32).map(|_| client.batch_execute("SELECT 1"));
                join_all(all).await.into_iter().collect()
            }
            Busy::Transactions => {
                let all = ["BEGIN", "SELECT 1", "SELECT 2", "COMMIT"].map(|sql| client.batch_execute(sql));
                join_all(all).await.into_iter().collect()
            }
        };
        worked.expect("it answers");
        done.fetch_add(1, Ordering::Relaxed);
    }
}
