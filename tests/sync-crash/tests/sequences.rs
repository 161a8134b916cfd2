//! Numbers that are lent while something breaks: no two replicas hand out the same, and none stays without.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ominipg::Ominipg;
use ominipg_runtime::sync_faults::{SyncPoint, at_sync_points};
use ominipg_test_sync_crash::{Place, copy, open, scratch, spawn, tickets};
use tokio::sync::Mutex;

/// The points are those of the whole process, so that one test at a time breaks something at them.
static ALONE: Mutex<()> = Mutex::const_new(());

/// How many tickets a replica gives after each fault.
const TICKETS: i64 = 5001;

/// What was given.
#[derive(Default)]
struct Given {
    by_one: i64,
    by_all: i64,
}

impl Given {
    /// One replica gives so many that it needs new numbers.
    async fn need(&mut self, one: &Ominipg) {
        tickets(one, "one").await.unwrap();
        self.by_one += TICKETS;
        self.by_all += TICKETS;
    }

    /// Both replicas and the server give tickets; all of them are on the server, each with a number of its own.
    async fn by_everybody(&mut self, place: &Place, replicas: [&Ominipg; 2], what: &str) {
        for (db, giver) in replicas.into_iter().zip(["one", "other"]) {
            db.sync_sequences().await.unwrap_or_else(|error| panic!("{what}: {error}"));
            tickets(db, giver).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        place.direct.execute("INSERT INTO tickets (giver) VALUES ('server')", &[]).await.unwrap();
        for db in replicas {
            db.sync().await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        self.by_one += TICKETS;
        self.by_all += 2 * TICKETS + 1;
        let sql = "SELECT count(*) FILTER (WHERE giver = 'one'), count(*) FROM tickets";
        let row = place.direct.query_one(sql, &[]).await.unwrap();
        let there: (i64, i64) = (row.get(0), row.get(1));
        assert_eq!(there, (self.by_one, self.by_all), "{what}: nobody took another's number");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_server_or_the_connection_breaks() {
    let _alone = ALONE.lock().await;
    let Some(place) = Place::new().await else { return };
    let mut place = Arc::new(place);
    let twin = scratch();
    copy(&place.folder, &twin);
    let (one, other) = (place.open().await, open(&twin, &place.url()).await.unwrap());
    let mut given = Given::default();
    given.by_everybody(&place, [&one, &other], "at first").await;
    for point in SyncPoint::SEQUENCES {
        for kills in [false, true] {
            given.need(&one).await;
            let struck = Arc::new(AtomicBool::new(false));
            let (once, weak) = (Arc::clone(&struck), Arc::downgrade(&place));
            at_sync_points(move |at| {
                let Some(place) = weak.upgrade().filter(|_| at == point) else { return };
                if !once.swap(true, Ordering::AcqRel) {
                    if kills { place.server.killer()() } else { place.proxy.cut() }
                }
            });
            let broken = one.sync_sequences().await;
            at_sync_points(|_| ());
            assert!(struck.load(Ordering::Acquire), "{point:?} was not reached: {broken:?}");
            assert!(point != SyncPoint::Lending || broken.is_err(), "the transaction was under way");
            place.proxy.heal();
            if kills {
                Arc::get_mut(&mut place).expect("nobody else has it").restart().await;
            }
            let what = format!("{point:?}, server killed: {kills}");
            given.by_everybody(&place, [&one, &other], &what).await;
        }
    }
    one.close().await.unwrap();
    other.close().await.unwrap();
    std::fs::remove_dir_all(twin).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_client_is_killed() {
    let _alone = ALONE.lock().await;
    let Some(place) = Place::new().await else { return };
    let twin = scratch();
    copy(&place.folder, &twin);
    let other = open(&twin, &place.url()).await.unwrap();
    let mut given = Given::default();
    let mut one = place.open().await;
    given.by_everybody(&place, [&one, &other], "at first").await;
    for point in SyncPoint::SEQUENCES {
        given.need(&one).await;
        one.close().await.unwrap();
        let name = format!("{point:?}");
        let status = spawn(&place.folder, &place.server.url(), &["--point", &name]).unwrap().wait().unwrap();
        assert!(!status.success() && status.code().is_none(), "at {point:?}: {status}");
        one = place.open().await;
        given.by_everybody(&place, [&one, &other], &name).await;
    }
    one.close().await.unwrap();
    other.close().await.unwrap();
    std::fs::remove_dir_all(twin).unwrap();
}
