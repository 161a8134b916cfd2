//! What the server refuses is set aside with its reason, and everything else arrives.

use ominipg::{ErrorKind, SyncTable};

use crate::place::{NOTES, Place, rows};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_transaction_is_parked_whole_and_all_others_arrive() {
    let strict =
        NOTES.replace("stars int4 NOT NULL DEFAULT 0", "stars int4 NOT NULL DEFAULT 0 CHECK (stars < 100)");
    let Some(place) = Place::new(&strict).await else { return };
    let db = place.replica(NOTES, &[SyncTable::new("notes")]).await;
    for n in 0..200 {
        let stars = if n % 50 == 7 { 100 } else { 1 };
        let sql = format!(
            "BEGIN; INSERT INTO notes VALUES ({n}, 'a', NULL, 1); INSERT INTO notes VALUES ({}, 'b', NULL, {stars}); COMMIT",
            1000 + n
        );
        db.batch_execute(&sql).await.unwrap();
    }
    // This one follows a row of a refused transaction.
    db.batch_execute("UPDATE notes SET title = 'later' WHERE id = 1007").await.unwrap();
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.parked), (392, 9), "{report:?}");
    let parked = db.parked_changes().await.unwrap();
    assert_eq!(parked.len(), 9);
    assert_eq!(
        (parked[0].code.as_str(), parked[0].table.as_str(), parked[0].operation),
        ("23514", "notes", "INSERT")
    );
    assert!(parked[0].message.contains("notes_stars_check"), "{}", parked[0].message);
    assert_eq!((parked[8].code.as_str(), parked[8].operation), ("55000", "UPDATE"));
    assert_eq!(place.rows("SELECT count(*) FROM notes").await, ["(392)"]);
    assert_eq!(db.sync().await.unwrap().parked, 0);
    // What follows them waits too, in later syncs.
    db.batch_execute("UPDATE notes SET title = 'later still' WHERE id = 1007").await.unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 1);
    place.server.batch_execute("ALTER TABLE notes DROP CONSTRAINT notes_stars_check").await.unwrap();
    assert_eq!(db.retry_parked().await.unwrap(), 10);
    assert_eq!(db.sync().await.unwrap().parked, 0);
    let all = "SELECT * FROM notes ORDER BY id";
    assert_eq!(place.rows(all).await, rows(&db, all).await);
    assert!(db.sync_status().await.unwrap().is_in_step());
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_changes_can_be_discarded() {
    let Some(place) = Place::new(&NOTES.replace("title text", "title varchar(5)")).await else { return };
    let db = place.replica(NOTES, &[SyncTable::new("notes")]).await;
    db.batch_execute("INSERT INTO notes VALUES (1, 'far too long')").await.unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 1);
    assert_eq!(db.parked_changes().await.unwrap()[0].code, "22001");
    assert_eq!(db.discard_parked().await.unwrap(), 1);
    db.batch_execute("UPDATE notes SET title = 'short'").await.unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 0);
    assert_eq!(place.rows("SELECT title FROM notes").await, ["(short)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unique_values_that_change_places_arrive() {
    let tables = "CREATE TABLE notes (id int4 PRIMARY KEY, title text NOT NULL UNIQUE, body text, stars int4 NOT NULL DEFAULT 0)";
    let Some(place) = Place::new(tables).await else { return };
    let db = place.replica(tables, &[SyncTable::new("notes")]).await;
    db.batch_execute("INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c')").await.unwrap();
    db.sync().await.unwrap();
    let swap = "UPDATE notes SET title = 'x' WHERE id = 1; UPDATE notes SET title = 'a' WHERE id = 2; \
                UPDATE notes SET title = 'b' WHERE id = 1";
    // In one transaction, and in three.
    db.batch_execute(swap).await.unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 0);
    assert_eq!(place.rows("SELECT id, title FROM notes ORDER BY id").await, ["(1,b)", "(2,a)", "(3,c)"]);
    for statement in [
        "UPDATE notes SET title = 'x' WHERE id = 1",
        "UPDATE notes SET title = 'b' WHERE id = 2",
        "UPDATE notes SET title = 'a' WHERE id = 1",
    ] {
        db.batch_execute(statement).await.unwrap();
    }
    // A value that goes from a deleted row to a new one.
    db.batch_execute("DELETE FROM notes WHERE id = 3; INSERT INTO notes VALUES (4, 'c')").await.unwrap();
    let report = db.sync().await.unwrap();
    assert_eq!(report.parked, 0, "{:?}", db.parked_changes().await.unwrap());
    assert_eq!(place.rows("SELECT id, title FROM notes ORDER BY id").await, ["(1,a)", "(2,b)", "(4,c)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_refer_to_each_other_arrive() {
    let tables = "CREATE TABLE people (id int4 PRIMARY KEY, boss int4, club int4);
        CREATE TABLE clubs (id int4 PRIMARY KEY, head int4);
        CREATE TABLE badges (id int4 PRIMARY KEY, person int4 NOT NULL REFERENCES people ON DELETE CASCADE);
        ALTER TABLE people ADD FOREIGN KEY (boss) REFERENCES people DEFERRABLE, ADD FOREIGN KEY (club) REFERENCES clubs DEFERRABLE;
        ALTER TABLE clubs ADD FOREIGN KEY (head) REFERENCES people DEFERRABLE";
    let Some(place) = Place::new(tables).await else { return };
    let synced = ["people", "clubs", "badges"].map(SyncTable::new);
    let db = place.replica(tables, &synced).await;
    db.batch_execute(
        "BEGIN; SET CONSTRAINTS ALL DEFERRED;
         INSERT INTO badges SELECT n, n FROM generate_series(1, 0) n;
         INSERT INTO people SELECT n, 1 + n % 10, 1 + n % 3 FROM generate_series(1, 20) n;
         INSERT INTO clubs SELECT n, n FROM generate_series(1, 3) n;
         INSERT INTO badges SELECT n, n FROM generate_series(1, 20) n; COMMIT",
    )
    .await
    .unwrap();
    assert_eq!(db.sync().await.unwrap().parked, 0);
    db.batch_execute(
        "UPDATE people SET boss = NULL; UPDATE clubs SET head = NULL; DELETE FROM people WHERE id > 10; \
         UPDATE people SET club = NULL; DELETE FROM clubs",
    )
    .await
    .unwrap();
    let report = db.sync().await.unwrap();
    assert_eq!(report.parked, 0, "{:?}", db.parked_changes().await.unwrap());
    for table in ["people", "clubs", "badges"] {
        let all = format!("SELECT * FROM {table} ORDER BY id");
        assert_eq!(place.rows(&all).await, rows(&db, &all).await, "{table}");
    }
    assert_eq!(place.rows("SELECT count(*) FROM badges").await, ["(10)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_role_is_enough_and_what_policies_deny_is_parked() {
    let Some(place) = Place::new(NOTES).await else { return };
    let owner = place.replica(NOTES, &[SyncTable::new("notes")]).await;
    let setup = owner.sync_setup_sql().await.unwrap();
    let role = format!("pusher_{}", std::process::id());
    place
        .server
        .batch_execute(&format!(
            "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'secret';
             {setup};
             GRANT USAGE ON SCHEMA ominipg, ominipg_rows TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, ominipg, ominipg_rows TO {role};
             ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
             CREATE POLICY mine ON notes USING (stars < 5) WITH CHECK (stars < 5);
             INSERT INTO notes VALUES (50, 'hidden', NULL, 9)"
        ))
        .await
        .unwrap();
    let url = with_user(&place.url, &role, "secret");
    let db = place.replica_with(NOTES, &[SyncTable::new("notes")], |options| options.sync_url(url)).await;
    db.batch_execute("INSERT INTO notes VALUES (1, 'a', NULL, 1)").await.unwrap();
    db.batch_execute("INSERT INTO notes VALUES (2, 'denied', NULL, 9)").await.unwrap();
    db.batch_execute("INSERT INTO notes VALUES (50, 'not mine', NULL, 1)").await.unwrap();
    db.batch_execute("INSERT INTO notes VALUES (3, 'c', NULL, 3)").await.unwrap();
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.parked), (2, 2), "{:?}", db.parked_changes().await.unwrap());
    assert!(db.parked_changes().await.unwrap().iter().all(|parked| parked.code == "42501"));
    // A delete of a row that somebody hid meanwhile finds nothing: it is told, and not taken for done.
    place.server.batch_execute("UPDATE notes SET stars = 9 WHERE id = 3").await.unwrap();
    db.discard_parked().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    db.batch_execute("DELETE FROM notes WHERE id IN (1, 3)").await.unwrap();
    let report = db.sync().await.unwrap();
    assert_eq!(report.parked, 2, "the transaction as a whole: {report:?}");
    assert_eq!(place.rows("SELECT id FROM notes ORDER BY id").await, ["(1)", "(3)", "(50)"]);
    place.server.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
}

fn with_user(url: &str, user: &str, password: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a url");
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{user}:{password}@{host}")
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_have_grown_apart_are_told_and_nothing_is_lost() {
    let Some(place) = Place::new(NOTES).await else { return };
    let db = place.replica(NOTES, &[SyncTable::new("notes")]).await;
    db.batch_execute("INSERT INTO notes VALUES (1, 'a')").await.unwrap();
    db.sync().await.unwrap();
    // A column that only the server has does no harm.
    place.server.batch_execute("ALTER TABLE notes ADD seen bool DEFAULT true, ADD extra text").await.unwrap();
    db.batch_execute("INSERT INTO notes VALUES (2, 'b')").await.unwrap();
    db.sync().await.unwrap();
    assert_eq!(place.rows("SELECT seen, extra FROM notes WHERE id = 2").await, ["(t,)"]);
    // One that only the replica has would be lost.
    db.batch_execute("ALTER TABLE notes ADD colour text").await.unwrap();
    db.batch_execute("INSERT INTO notes VALUES (3, 'c', NULL, 0, 'red')").await.unwrap();
    let error = db.sync().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Sync);
    let drift = &error.drift()[0];
    assert_eq!((drift.table.as_str(), drift.column.as_str()), ("notes", "colour"), "{error}");
    assert_eq!(db.sync_status().await.unwrap().queued, 1);
    place.server.batch_execute("ALTER TABLE notes ADD colour int4").await.unwrap();
    let error = db.sync().await.unwrap_err();
    assert!(error.to_string().contains("text here and integer on the server"), "{error}");
    place
        .server
        .batch_execute("ALTER TABLE notes DROP colour; ALTER TABLE notes ADD colour text")
        .await
        .unwrap();
    assert_eq!(db.sync().await.unwrap().pushed, 1);
    assert_eq!(place.rows("SELECT id, colour FROM notes WHERE id = 3").await, ["(3,red)"]);
    // Whole numbers may be wider there.
    place.server.batch_execute("ALTER TABLE notes ALTER stars TYPE int8").await.unwrap();
    db.batch_execute("UPDATE notes SET stars = -7 WHERE id = 3").await.unwrap();
    assert_eq!(db.sync().await.unwrap().pushed, 1);
    assert_eq!(place.rows("SELECT stars FROM notes WHERE id = 3").await, ["(-7)"]);
    place.server.batch_execute("ALTER TABLE notes ADD needed text NOT NULL DEFAULT 'x'; ALTER TABLE notes ALTER needed DROP DEFAULT").await.unwrap();
    db.batch_execute("INSERT INTO notes VALUES (4, 'd')").await.unwrap();
    assert!(db.sync().await.unwrap_err().to_string().contains("`needed`"));
    place.server.batch_execute("ALTER TABLE notes DROP needed").await.unwrap();
    db.sync().await.unwrap();
}
