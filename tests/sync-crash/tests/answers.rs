//! A commit whose answer never arrives: what the server refused in it is known all the same, before more is sent.

use ominipg_runtime::sync_faults::{SyncPoint, at_sync_points};
use ominipg_test_sync_crash::{Place, poison};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_a_refused_row_waits_though_the_answer_was_lost() {
    let Some(place) = Place::new().await else { return };
    let db = place.open().await;
    db.sync().await.unwrap();
    poison(&db).await.unwrap();
    at_sync_points(|at| assert_ne!(at, SyncPoint::Committed, "the answer is lost"));
    let lost = tokio::spawn({
        let db = db.clone();
        async move { db.sync().await }
    });
    assert!(lost.await.is_err(), "it ended there");
    at_sync_points(|_| ());
    let follows = "UPDATE notes SET body = 'mended' WHERE body = 'poison'";
    assert_eq!(db.execute(follows, &[]).await.unwrap(), 1);
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.parked), (0, 2), "{report:?}");
    let arrived = place.direct.query("SELECT FROM notes WHERE body = 'mended'", &[]).await.unwrap();
    assert!(arrived.is_empty(), "it went without the row that it changes");
    db.close().await.unwrap();
}
