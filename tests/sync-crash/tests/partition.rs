//! A network that falls silent for one connection and not for the next: what the first has locked is let go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ominipg_runtime::sync_faults::{SyncPoint, at_sync_points};
use ominipg_test_sync_crash::{Place, Truth, large};

/// How long the server may take to see that nobody is there: the patience of a push, and what a busy machine takes.
const LONGEST: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_without_a_client_holds_up_nobody_for_long() {
    let Some(place) = Place::new().await else { return };
    let place = Arc::new(place);
    let db = place.open_impatient().await;
    let mut truth = Truth::default();
    db.sync().await.unwrap();
    for point in [SyncPoint::RemoteBegun, SyncPoint::Upserted, SyncPoint::Ledger, SyncPoint::Committing] {
        truth.add(&place.direct).await.unwrap();
        large(&db).await.unwrap();
        let weak = Arc::downgrade(&place);
        at_sync_points(move |at| {
            let Some(place) = weak.upgrade().filter(|_| at == point) else { return };
            if point == SyncPoint::Committing {
                let weak = Arc::downgrade(&place);
                place.proxy.on_answer(move || {
                    if let Some(place) = weak.upgrade() {
                        place.proxy.black_hole();
                    }
                });
            } else {
                place.proxy.black_hole();
            }
        });
        let silent = db.sync().await;
        at_sync_points(|_| ());
        assert!(silent.is_err(), "{point:?}: {silent:?}");
        place.proxy.heal_for_others();
        let start = Instant::now();
        while let Err(error) = db.sync().await {
            assert!(start.elapsed() < LONGEST, "silent at {point:?}, and still: {error}");
        }
        // The server's own writers wait for it no longer than that either.
        truth.add(&place.direct).await.unwrap();
        truth.check(&db, &place.direct).await.unwrap_or_else(|what| panic!("silent at {point:?}: {what}"));
    }
    db.close().await.unwrap();
}
