use ominipg::SyncTable;

use crate::place::{NOTES, Place, rows};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_here_arrives_there() {
    let Some(place) = Place::new(NOTES).await else { return };
    let db = place.replica(NOTES, &[SyncTable::new("notes")]).await;
    db.batch_execute("INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 100) n")
        .await
        .unwrap();
    db.batch_execute("UPDATE notes SET stars = id WHERE id % 2 = 0; DELETE FROM notes WHERE id > 90")
        .await
        .unwrap();
    db.batch_execute("UPDATE notes SET id = 1000 + id WHERE id = 7").await.unwrap();
    assert_eq!(db.sync_status().await.unwrap().queued, 161);
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.parked, report.merged), (161, 0, 0), "{report:?}");
    let all = "SELECT * FROM notes ORDER BY id";
    assert_eq!(place.rows(all).await, rows(&db, all).await);
    let status = db.sync_status().await.unwrap();
    assert!(status.is_in_step() && status.acknowledged.is_some(), "{status:?}");
    assert_eq!(db.sync().await.unwrap().pushed, 0);
    // One row takes the short way.
    db.batch_execute("UPDATE notes SET title = 'again' WHERE id = 1").await.unwrap();
    assert_eq!(db.sync().await.unwrap().pushed, 1);
    assert_eq!(place.rows(all).await, rows(&db, all).await);
    db.batch_execute("TRUNCATE notes").await.unwrap();
    db.sync().await.unwrap();
    assert!(place.rows(all).await.is_empty());
}
