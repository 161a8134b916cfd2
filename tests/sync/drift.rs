//! Tables that change on one side, on the other or on both, while nothing waits or while changes of their old form do.

use ominipg::{DriftKind, ErrorKind, SyncTable};

use crate::place::Place;

/// A change of `t (id int4 PRIMARY KEY, a int4 NOT NULL DEFAULT 5, b text, c int4)`.
struct Ddl {
    sql: &'static str,
    /// What holds up changes while only the replica has it.
    here: Outcome,
    /// The same while only the server has it.
    there: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Arrives,
    Missing,
    Type,
    Key,
    Required,
}

use Outcome::{Arrives, Key, Missing, Required, Type};

const REQUIRES: &str = "ADD d int4 NOT NULL DEFAULT 7; ALTER TABLE t ALTER d DROP DEFAULT";

const fn ddl(sql: &'static str, here: Outcome, there: Outcome) -> Ddl {
    Ddl { sql, here, there }
}

const KINDS: [Ddl; 16] = [
    ddl("ADD d text", Missing, Arrives),
    ddl("ADD d int4 NOT NULL DEFAULT 7", Missing, Arrives),
    ddl(REQUIRES, Missing, Required),
    ddl("ADD d int4 GENERATED ALWAYS AS (a * 2) STORED", Arrives, Arrives),
    ddl("DROP c", Arrives, Missing),
    ddl("RENAME c TO d", Missing, Missing),
    ddl("ALTER c TYPE int8", Type, Arrives),
    ddl("ALTER c TYPE int2", Arrives, Type),
    ddl("ALTER c TYPE text", Type, Type),
    ddl("ALTER b TYPE varchar(100)", Arrives, Arrives),
    ddl("ALTER b TYPE jsonb USING to_jsonb(b)", Type, Type),
    ddl("DROP c, ADD c text", Type, Type),
    ddl("ALTER b SET NOT NULL", Arrives, Arrives),
    ddl("ALTER a DROP NOT NULL, ALTER a DROP DEFAULT", Arrives, Arrives),
    ddl("ADD CHECK (a > 0)", Arrives, Arrives),
    ddl("DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, a)", Key, Key),
];

const TABLE: &str =
    "CREATE TABLE t (id int4 CONSTRAINT t_pkey PRIMARY KEY, a int4 NOT NULL DEFAULT 5, b text, c int4)";
/// It has none of what changes.
const INSERT: &str = "INSERT INTO t (id, a, b) VALUES (1000000, 1, '7')";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Here,
    There,
    Both,
}

fn told(kind: &DriftKind) -> Outcome {
    match kind {
        DriftKind::Missing => Missing,
        DriftKind::Type { .. } => Type,
        DriftKind::Key => Key,
        DriftKind::Required => Required,
        other => panic!("{other:?}"),
    }
}

/// Changes the table, and syncs: it arrives, or is told, waits, and arrives after the other side has changed too.
async fn cell(place: &Place, kind: &Ddl, side: Side, queued: i32) {
    let what = format!("{} on {side:?}, {queued} waiting", kind.sql);
    let alter = format!("ALTER TABLE t {}", kind.sql);
    place.server.batch_execute("DROP TABLE IF EXISTS t").await.unwrap();
    place.server.batch_execute("DROP SCHEMA IF EXISTS ominipg, ominipg_rows CASCADE").await.unwrap();
    place.server.batch_execute(TABLE).await.unwrap();
    let db = place.replica(TABLE, &[SyncTable::new("t")]).await;
    db.batch_execute("INSERT INTO t (id, b, c) VALUES (0, 'first', 1)").await.unwrap();
    assert_eq!(db.sync().await.unwrap().pushed, 1, "{what}");
    let insert = "INSERT INTO t (id, b, c) SELECT n, 'waits', n % 100 FROM generate_series(1, $1) n";
    db.execute(insert, &[&queued]).await.unwrap();
    if side != Side::There {
        db.batch_execute(&alter).await.unwrap();
    }
    if side != Side::Here {
        place.server.batch_execute(&alter).await.unwrap();
    }
    let insert = if kind.sql == REQUIRES && side != Side::There {
        INSERT.replace(") VALUES (", ", d) VALUES (").replace("'7'", "'7', 3")
    } else {
        INSERT.to_owned()
    };
    db.batch_execute(&insert).await.unwrap();
    let waits = u64::try_from(queued).unwrap() + 1;
    let expected = match side {
        Side::Here => kind.here,
        Side::There => kind.there,
        Side::Both => Arrives,
    };
    let count = "SELECT count(*) FROM t";
    if expected != Arrives {
        let error = db.sync().await.expect_err(&what);
        assert_eq!(error.kind(), ErrorKind::Sync, "{what}: {error}");
        let kinds: Vec<Outcome> = error.drift().iter().map(|drift| told(&drift.kind)).collect();
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == expected), "{what}: {error}");
        assert_eq!(db.sync_status().await.unwrap().queued, waits, "{what}");
        assert_eq!(place.rows(count).await, ["(1)"], "{what}");
        match side {
            Side::Here => place.server.batch_execute(&alter).await.unwrap(),
            _ => db.batch_execute(&alter).await.unwrap(),
        }
    }
    let done = match db.sync().await {
        // What was written before the column came has nothing for it.
        Err(error) if kind.there == Required && (queued > 0 || side == Side::There) => {
            assert_eq!(told(&error.drift()[0].kind), Required, "{what}");
            place.server.batch_execute("ALTER TABLE t ALTER d SET DEFAULT 7").await.unwrap();
            db.sync().await
        }
        done => done,
    };
    let is_other_value = [kind.here, kind.there].iter().any(|outcome| matches!(outcome, Key | Type));
    if let Err(error) = &done
        && is_other_value
        && (queued > 0 || side == Side::There)
    {
        assert!(matches!(told(&error.drift()[0].kind), Key | Type), "{what}: {error}");
        return anew(place, &db, &what).await;
    }
    assert_eq!(done.unwrap_or_else(|error| panic!("{what}: {error}")).pushed, waits, "{what}");
    assert_eq!(place.rows(count).await, [format!("({})", waits + 1)], "{what}");
    let same = "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)) FROM t";
    // What the other side fills by itself, or does not have, is another matter.
    let is_same_on_both = expected != Arrives || side == Side::Both;
    if is_same_on_both && kind.there != Required {
        let here: String = db.query_one(same, &[]).await.unwrap().get(0);
        assert_eq!(place.rows(same).await, [format!("({here})")], "{what}");
    }
}

/// Changes that were captured under another key or type cannot be sent; all rows can be.
async fn anew(place: &Place, db: &ominipg::Ominipg, what: &str) {
    db.resync().await.unwrap();
    db.sync().await.unwrap_or_else(|error| panic!("{what}: {error}"));
    let there = place.rows("SELECT count(*) FROM t").await;
    let here: i64 = db.query_one("SELECT count(*) FROM t", &[]).await.unwrap().get(0);
    assert_eq!(there, [format!("({here})")], "{what}");
}

async fn all(queued: i32) {
    let Some(place) = Place::new("SELECT 1").await else { return };
    for kind in &KINDS {
        for side in [Side::Here, Side::There, Side::Both] {
            cell(&place, kind, side, queued).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_changes_while_nothing_waits() {
    all(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_changes_while_changes_of_its_old_form_wait() {
    all(1000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_holds_up_nobody_who_writes_at_the_server() {
    let Some(place) = Place::new(TABLE).await else { return };
    let db = place.replica(TABLE, &[SyncTable::new("t")]).await;
    db.batch_execute("INSERT INTO t (id, b) VALUES (1, 'here')").await.unwrap();
    db.sync().await.unwrap();
    let rename = "ALTER TABLE t RENAME id TO number";
    place.server.batch_execute(rename).await.unwrap();
    place.server.batch_execute("INSERT INTO t (number, b) VALUES (2, 'there')").await.unwrap();
    place.server.batch_execute("ALTER TABLE t ALTER number TYPE int8").await.unwrap();
    place.server.batch_execute("INSERT INTO t (number, b) VALUES (5000000000, 'there')").await.unwrap();
    db.batch_execute("INSERT INTO t (id, b) VALUES (3, 'here')").await.unwrap();
    assert!(db.sync().await.unwrap_err().drift().iter().all(|drift| drift.kind == DriftKind::Key));
    db.batch_execute(rename).await.unwrap();
    assert_eq!(db.sync().await.unwrap().pushed, 1);
    place.server.batch_execute("DELETE FROM t WHERE number = 3").await.unwrap();
    // The server's writes are seen again.
    db.batch_execute("UPDATE t SET b = 'changed' WHERE number = 1").await.unwrap();
    place.server.batch_execute("UPDATE t SET b = 'later' WHERE number = 1").await.unwrap();
    let report = db.sync().await.unwrap();
    assert_eq!((report.pushed, report.merged), (1, 1));
    let rows = place.rows("SELECT number, b FROM t ORDER BY number").await;
    assert_eq!(rows, ["(1,later)", "(2,there)", "(5000000000,there)"]);
}
