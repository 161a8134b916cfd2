//! Every point of a push, and everything that may break there: one more sync, and all of it has arrived once.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ominipg::{Error, ErrorKind, Ominipg, SyncReport};
use ominipg_runtime::sync_faults::{SyncPoint, at_sync_points, switch_ledger};
use ominipg_test_sync_crash::{Place, Truth, large, poison, spawn};
use tokio::sync::{Mutex, MutexGuard};

/// What breaks at a point, in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    ServerKilled,
    Cut,
    BlackHole,
}

/// The points are those of the whole process, so that one test at a time breaks something at them.
async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}

/// Lets a fault happen once, at a point; tells whether it has.
fn arm(place: &Arc<Place>, point: SyncPoint, fault: Fault) -> Arc<AtomicBool> {
    let struck = Arc::new(AtomicBool::new(false));
    let (once, place) = (Arc::clone(&struck), Arc::downgrade(place));
    at_sync_points(move |at| {
        if at != point || once.swap(true, Ordering::AcqRel) {
            return;
        }
        let Some(place) = place.upgrade() else { return };
        let killer = place.server.killer();
        let weak = Arc::downgrade(&place);
        let strike = move || {
            let Some(place) = weak.upgrade() else { return };
            match fault {
                Fault::ServerKilled => killer(),
                Fault::Cut => place.proxy.cut(),
                Fault::BlackHole => place.proxy.black_hole(),
            }
        };
        // A commit is sent, and its answer does not arrive.
        if point == SyncPoint::Committing { place.proxy.on_answer(strike) } else { strike() }
    });
    struck
}

/// Syncs; a machine that is so busy that an impatient push takes too long is no fault.
async fn patient(db: &Ominipg) -> Result<SyncReport, Error> {
    let start = Instant::now();
    loop {
        match db.sync().await {
            Err(error) if error.kind() == ErrorKind::Timeout && start.elapsed() < Duration::from_secs(30) => {
            }
            done => return done,
        }
    }
}

async fn every_point(fault: Fault, poisoned: bool) {
    let Some(place) = Place::new().await else { return };
    let mut place = Arc::new(place);
    let db = if fault == Fault::BlackHole { place.open_impatient().await } else { place.open().await };
    let mut truth = Truth::default();
    patient(&db).await.unwrap();
    let mut refused = 0;
    for point in SyncPoint::ALL {
        truth.add(&place.direct).await.unwrap();
        large(&db).await.unwrap();
        if poisoned {
            poison(&db).await.unwrap();
            refused += 1;
        }
        let struck = arm(&place, point, fault);
        let broken = db.sync().await;
        at_sync_points(|_| ());
        assert!(struck.load(Ordering::Acquire), "{point:?} was not reached: {broken:?}");
        // What is under way on the server fails; a push that has not begun there finds another connection.
        let is_under_way = point >= SyncPoint::RemoteBegun && point < SyncPoint::Committed;
        assert!(!is_under_way || broken.is_err(), "{fault:?} at {point:?}: {broken:?}");
        place.proxy.heal();
        if fault == Fault::ServerKilled {
            let here = Arc::get_mut(&mut place).expect("nobody else has it");
            here.restart().await;
        }
        truth.add(&place.direct).await.unwrap();
        let healed = patient(&db).await.unwrap_or_else(|error| panic!("{fault:?} at {point:?}: {error}"));
        truth.check(&db, &place.direct).await.unwrap_or_else(|what| panic!("{fault:?} at {point:?}: {what}"));
        let status = db.sync_status().await.unwrap();
        assert_eq!((status.queued, status.parked.len()), (0, refused), "{fault:?} at {point:?}: {healed:?}");
        assert_eq!(patient(&db).await.unwrap().pushed, 0);
    }
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_connection_is_cut() {
    let _alone = alone().await;
    every_point(Fault::Cut, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_connection_is_cut_while_rows_are_refused() {
    let _alone = alone().await;
    every_point(Fault::Cut, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_connection_falls_silent() {
    let _alone = alone().await;
    every_point(Fault::BlackHole, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_server_is_killed() {
    let _alone = alone().await;
    every_point(Fault::ServerKilled, false).await;
}

async fn every_point_kills_the_client(poisoned: bool) {
    let Some(place) = Place::new().await else { return };
    let mut truth = Truth::default();
    let db = place.open().await;
    db.sync().await.unwrap();
    db.close().await.unwrap();
    for (at, point) in SyncPoint::ALL.into_iter().enumerate() {
        truth.add(&place.direct).await.unwrap();
        let name = format!("{point:?}");
        let mut more = vec!["--point", name.as_str()];
        if poisoned {
            more.push("--poisoned");
        }
        let mut child = spawn(&place.folder, &place.server.url(), &more).unwrap();
        let status = child.wait().unwrap();
        let mut said = String::new();
        child.stdout.take().expect("it is piped").read_to_string(&mut said).unwrap();
        assert_eq!(status.signal(), Some(9), "at {point:?}: {status}, {said}");
        truth.add(&place.direct).await.unwrap();
        let db = place.open().await;
        let here: i64 = db.query_one("SELECT n FROM probe_counter", &[]).await.unwrap().get(0);
        assert_eq!(here, at as i64 + 1, "what was committed before the push is here");
        db.sync().await.unwrap();
        truth.check(&db, &place.direct).await.unwrap_or_else(|what| panic!("killed at {point:?}: {what}"));
        let status = db.sync_status().await.unwrap();
        let refused = if poisoned { at + 1 } else { 0 };
        assert_eq!((status.queued, status.parked.len()), (0, refused), "killed at {point:?}");
        db.close().await.unwrap();
    }
}

/// That the counter shows what arrives twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn without_the_ledger_a_kill_doubles() {
    let _alone = alone().await;
    let Some(place) = Place::new().await else { return };
    let mut truth = Truth::default();
    let db = place.open().await;
    db.sync().await.unwrap();
    db.close().await.unwrap();
    let more = ["--point", "Committed", "--without-ledger"];
    let status = spawn(&place.folder, &place.server.url(), &more).unwrap().wait().unwrap();
    assert_eq!(status.signal(), Some(9), "{status}");
    truth.add(&place.direct).await.unwrap();
    let db = place.open().await;
    switch_ledger(false);
    db.sync().await.unwrap();
    switch_ledger(true);
    assert_eq!(truth.surplus(&db, &place.direct).await.unwrap(), 1);
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_client_is_killed() {
    let _alone = alone().await;
    every_point_kills_the_client(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_client_is_killed_while_rows_are_refused() {
    let _alone = alone().await;
    every_point_kills_the_client(true).await;
}
