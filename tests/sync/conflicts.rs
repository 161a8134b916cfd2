//! Two replicas, and the server itself, change the same rows.

use ominipg::{ColumnPolicy, Ominipg, Policy, Resolution, SyncTable};
use serde_json::json;

use crate::place::{NOTES, Place};

const ROW: &str = "SELECT title, body, stars FROM notes ORDER BY id";

async fn two(place: &Place, table: SyncTable) -> (Ominipg, Ominipg) {
    let tables = [table];
    let one = place.replica(NOTES, &tables).await;
    let other = place.replica(NOTES, &tables).await;
    one.batch_execute("INSERT INTO notes VALUES (1, 'first', 'text', 0)").await.unwrap();
    one.sync().await.unwrap();
    (one, other)
}

async fn conflicts(place: &Place) -> Vec<String> {
    place.rows("SELECT winner, reason FROM ominipg.conflicts ORDER BY id").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_write_of_a_row_wins_whoever_syncs_first() {
    for newer_first in [true, false] {
        let Some(place) = Place::new(NOTES).await else { return };
        let (one, other) = two(&place, SyncTable::new("notes")).await;
        other.batch_execute("INSERT INTO notes VALUES (1, 'older', 'b', 1)").await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        one.batch_execute("UPDATE notes SET title = 'newer'").await.unwrap();
        for db in if newer_first { [&one, &other] } else { [&other, &one] } {
            db.sync().await.unwrap();
        }
        assert_eq!(place.rows(ROW).await, ["(newer,text,0)"], "newer first: {newer_first}");
        let found = conflicts(&place).await;
        let expected =
            if newer_first { vec!["(remote,inserted)"] } else { vec!["(local,inserted)", "(local,updated)"] };
        assert_eq!(found, expected, "newer first: {newer_first}");
        // Both sides of it are kept.
        let lost = "SELECT count(*) FROM ominipg.conflicts WHERE pushed IS NOT NULL AND found IS NOT NULL AND pushed <> found";
        assert_eq!(place.rows(lost).await, [format!("({})", expected.len())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_of_different_columns_both_stay_where_the_policy_is_by_column() {
    let Some(place) = Place::new(NOTES).await else { return };
    let table = SyncTable::new("notes").policy(Policy::LastWriteWinsPerColumn);
    let (one, other) = two(&place, table).await;
    other.batch_execute("INSERT INTO notes VALUES (1, 'first', 'text', 0)").await.unwrap();
    other.sync().await.unwrap();
    one.batch_execute("UPDATE notes SET title = 'by one'").await.unwrap();
    other.batch_execute("UPDATE notes SET body = 'by other'").await.unwrap();
    other.sync().await.unwrap();
    one.sync().await.unwrap();
    assert_eq!(place.rows(ROW).await, ["(\"by one\",\"by other\",0)"]);
    one.batch_execute("UPDATE notes SET title = 'again'").await.unwrap();
    one.sync().await.unwrap();
    assert_eq!(place.rows(ROW).await, ["(again,\"by other\",0)"]);
    assert_eq!(conflicts(&place).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_to_a_counter_is_added_whoever_wins() {
    let Some(place) = Place::new(NOTES).await else { return };
    let table = SyncTable::new("notes").column("stars", ColumnPolicy::Counter);
    let (one, other) = two(&place, table).await;
    other.batch_execute("INSERT INTO notes VALUES (1, 'first', 'text', 0)").await.unwrap();
    for round in 1..=3 {
        one.batch_execute("UPDATE notes SET stars = stars + 10").await.unwrap();
        other
            .batch_execute("UPDATE notes SET stars = stars + 1; UPDATE notes SET stars = stars + 1")
            .await
            .unwrap();
        other.sync().await.unwrap();
        one.sync().await.unwrap();
        assert_eq!(place.rows("SELECT stars FROM notes").await, [format!("({})", round * 12)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_greatest_value_stays() {
    let Some(place) = Place::new(NOTES).await else { return };
    let (one, other) = two(&place, SyncTable::new("notes").column("stars", ColumnPolicy::Max)).await;
    other.batch_execute("INSERT INTO notes VALUES (1, 'first', 'text', 7)").await.unwrap();
    one.batch_execute("UPDATE notes SET stars = 5").await.unwrap();
    other.sync().await.unwrap();
    one.sync().await.unwrap();
    assert_eq!(place.rows("SELECT stars FROM notes").await, ["(7)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_wrote_stays_where_the_server_wins() {
    let Some(place) = Place::new(NOTES).await else { return };
    let (one, _other) = two(&place, SyncTable::new("notes").policy(Policy::ServerWins)).await;
    place.server.batch_execute("UPDATE notes SET title = 'by the server'").await.unwrap();
    one.batch_execute("UPDATE notes SET title = 'by one'").await.unwrap();
    let report = one.sync().await.unwrap();
    assert_eq!((report.pushed, report.merged), (1, 1));
    assert_eq!(place.rows("SELECT title FROM notes").await, ["(\"by the server\")"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_write_of_the_server_counts_by_its_time() {
    let Some(place) = Place::new(NOTES).await else { return };
    let (one, _other) = two(&place, SyncTable::new("notes")).await;
    one.batch_execute("UPDATE notes SET title = 'before'").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    place.server.batch_execute("UPDATE notes SET title = 'by the server'").await.unwrap();
    one.sync().await.unwrap();
    assert_eq!(place.rows("SELECT title FROM notes").await, ["(\"by the server\")"]);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    one.batch_execute("UPDATE notes SET title = 'after'").await.unwrap();
    one.sync().await.unwrap();
    assert_eq!(place.rows("SELECT title FROM notes").await, ["(after)"]);
    // A row that is deleted there later than it was changed here does not come back.
    one.batch_execute("UPDATE notes SET title = 'late'").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    place.server.batch_execute("DELETE FROM notes").await.unwrap();
    one.sync().await.unwrap();
    assert!(place.rows(ROW).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_own_rule_decides() {
    let Some(place) = Place::new(NOTES).await else { return };
    let table = [SyncTable::new("notes").policy(Policy::Callback)];
    let one = place
        .replica_with(NOTES, &table, |options| {
            options.on_conflict(|conflict| {
                assert_eq!(conflict.table, "notes");
                let (local, server) = (conflict.local.clone().unwrap(), conflict.server.clone().unwrap());
                assert_eq!(conflict.base.as_ref().unwrap()["title"], json!("first"));
                if local["title"] == "mine" {
                    return Resolution::Local;
                }
                let title =
                    format!("{} and {}", server["title"].as_str().unwrap(), local["title"].as_str().unwrap());
                let mut row = server;
                row["title"] = json!(title);
                Resolution::Row(row)
            })
        })
        .await;
    one.batch_execute("INSERT INTO notes VALUES (1, 'first', 'text', 0)").await.unwrap();
    one.sync().await.unwrap();
    place.server.batch_execute("UPDATE notes SET title = 'theirs', stars = 4").await.unwrap();
    one.batch_execute("UPDATE notes SET title = 'ours'").await.unwrap();
    assert_eq!(one.sync().await.unwrap().merged, 1);
    assert_eq!(place.rows(ROW).await, ["(\"theirs and ours\",text,4)"]);
}
