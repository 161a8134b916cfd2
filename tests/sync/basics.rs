use ominipg::{ColumnPolicy, Ominipg, Policy, SyncTable};

use crate::place::{NOTES, Place, new_folder, rows};

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

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_sent_too_and_a_folder_knows_its_tables() {
    let Some(place) = Place::new(NOTES).await else { return };
    let folder = new_folder();
    let plain = Ominipg::connect(folder.url().as_str()).await.unwrap();
    plain.batch_execute(NOTES).await.unwrap();
    plain.batch_execute("INSERT INTO notes VALUES (1, 'before', NULL, 5)").await.unwrap();
    plain.close().await.unwrap();
    let table = SyncTable::new("notes").column("stars", ColumnPolicy::Counter);
    let db = place.open(&folder.url(), &[table], |options| options).await;
    assert_eq!(db.sync().await.unwrap().pushed, 1);
    db.close().await.unwrap();
    // Whoever opens it without sync captures all the same.
    let plain = Ominipg::connect(folder.url().as_str()).await.unwrap();
    plain.batch_execute("UPDATE notes SET stars = stars + 1").await.unwrap();
    plain.close().await.unwrap();
    place.server.batch_execute("UPDATE notes SET stars = 100").await.unwrap();
    let db = place.open(&folder.url(), &[], |options| options).await;
    assert_eq!(db.sync().await.unwrap().pushed, 1);
    assert_eq!(place.rows("SELECT stars FROM notes").await, ["(101)"], "the policy is known still");
    db.close().await.unwrap();
    // Named anew, other tables count, and what is not named is captured no longer.
    let other = SyncTable::new("other").policy(Policy::ServerWins);
    let db = place.open(&folder.url(), &[other], |options| options).await;
    db.batch_execute("UPDATE notes SET stars = 7").await.unwrap();
    let status = db.sync_status().await.unwrap();
    assert_eq!((status.queued, status.uncaptured), (0, vec!["notes".to_owned(), "other".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_dropped_anywhere_loses_nothing() {
    let Some(place) = Place::new(NOTES).await else { return };
    let db = place.replica(NOTES, &[SyncTable::new("notes").column("stars", ColumnPolicy::Counter)]).await;
    db.batch_execute("INSERT INTO notes VALUES (0, 'counter')").await.unwrap();
    db.sync().await.unwrap();
    let mut polls = 0;
    for round in 1..=40 {
        db.batch_execute("UPDATE notes SET stars = stars + 1 WHERE id = 0").await.unwrap();
        db.batch_execute(&format!(
            "INSERT INTO notes SELECT {round} * 1000 + n, 'n' FROM generate_series(1, 70) n"
        ))
        .await
        .unwrap();
        // Dropped after so many steps.
        let mut sync = Box::pin(db.sync());
        for _ in 0..round * 2 {
            polls += 1;
            let step = std::future::poll_fn(|cx| std::task::Poll::Ready(sync.as_mut().poll(cx).is_ready()));
            if step.await {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_micros(300)).await;
        }
        drop(sync);
    }
    assert!(polls > 200);
    db.sync().await.unwrap();
    assert_eq!(place.rows("SELECT count(*), max(stars) FROM notes").await, ["(2801,40)"]);
    let all = "SELECT * FROM notes ORDER BY id";
    assert_eq!(place.rows(all).await, rows(&db, all).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_batches_arrive_whole() {
    let Some(place) = Place::new(NOTES).await else { return };
    let db = place.replica(NOTES, &[SyncTable::new("notes")]).await;
    for turn in 0..5 {
        let sql = format!(
            "INSERT INTO notes SELECT {turn} * 10000 + n, repeat('note ', 30) FROM generate_series(1, 10000) n"
        );
        db.batch_execute(&sql).await.unwrap();
    }
    assert_eq!(db.sync_status().await.unwrap().queued, 50_000);
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.batches), (50_000, 5), "{report:?}");
    assert_eq!(place.rows("SELECT count(*) FROM notes").await, ["(50000)"]);
    // A plan that suits one row is not used for many.
    for id in 1..=10 {
        db.batch_execute(&format!("UPDATE notes SET stars = 1 WHERE id = {id}")).await.unwrap();
    }
    db.with_timeout(std::time::Duration::from_secs(60))
        .execute("UPDATE notes SET stars = stars + 1", &[])
        .await
        .unwrap();
    assert_eq!(db.sync().await.unwrap().pushed, 50_010);
    assert_eq!(place.rows("SELECT sum(stars) FROM notes").await, ["(50010)"]);
    // What the server has is let go after a while.
    let kept = "SELECT count(*) FROM ominipg.changes";
    assert_eq!(rows(&db, kept).await, ["(50000)"], "the last batch, a single transaction");
    assert!(db.sync_status().await.unwrap().is_in_step());
}
