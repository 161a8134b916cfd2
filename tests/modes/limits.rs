//! What ends a call must end it in the same way on every mode, and leave the database right.

use std::time::{Duration, Instant};

use ominipg::{CancellationToken, Error, ErrorKind, Event, Ominipg};

use crate::blog::users;
use crate::place::{Kind, Place};
use crate::suite::ada;

/// Longer than any test waits.
const SLOW: &str = "SELECT pg_sleep(60)";

/// A machine may be busy; what is meant is far below the minute that the statement would take.
const SOON: Duration = Duration::from_secs(10);

/// A statement that is stopped gives its connection up, so that a server must take another meanwhile.
fn is_left_out(place: &Place) -> bool {
    matches!(place.kind, Kind::Direct | Kind::ServerWorker) && !ominipg_test_support::takes_connections(2)
}

async fn ends(call: impl Future<Output = Result<Vec<ominipg::Row>, Error>>) -> Error {
    let start = Instant::now();
    let error = call.await.expect_err("it takes too long");
    assert!(start.elapsed() < SOON, "{:?}: {error}", start.elapsed());
    error
}

pub(crate) async fn goes_on(db: &Ominipg) {
    let start = Instant::now();
    let row = db.query_one("SELECT 41 + 1, pg_current_xact_id_if_assigned() IS NULL", &[]).await;
    let row = row.expect("the next statement works");
    assert_eq!((row.get::<_, i32>(0), row.get::<_, bool>(1)), (42, true));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

pub(crate) async fn ends_calls_that_take_too_long(place: &Place, db: Ominipg) {
    if is_left_out(place) {
        return;
    }
    let quick = db.with_timeout(Duration::from_millis(100));
    let error = ends(quick.query(SLOW, &[])).await;
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.to_string().contains("100ms") && error.to_string().contains("with_timeout"), "{error}");
    goes_on(&quick).await;
    let script = quick.batch_execute("SELECT 1; SELECT pg_sleep(60)").await.expect_err("it takes too long");
    assert_eq!(script.kind(), ErrorKind::Timeout, "{script}");
    goes_on(&db).await;
    ada(&quick).await;
}

pub(crate) async fn ends_calls_when_told(place: &Place, db: Ominipg) {
    if is_left_out(place) {
        return;
    }
    let token = CancellationToken::new();
    let bound = db.with_cancel(token.clone());
    goes_on(&bound).await;
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        token.cancel();
    };
    let (error, ()) = tokio::join!(ends(bound.query(SLOW, &[])), cancel);
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    goes_on(&db).await;
    // A token stays cancelled, and generated calls hear of it too.
    let error = users::find().all(&bound).await.expect_err("the token is cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    goes_on(&db).await;
}

pub(crate) async fn ends_calls_that_are_dropped(place: &Place, db: Ominipg) {
    if is_left_out(place) {
        return;
    }
    for _ in 0..3 {
        let call = db.query(SLOW, &[]);
        assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
        goes_on(&db).await;
    }
    assert_eq!(db.diagnostics().await.statements.dropped, 3);
}

pub(crate) async fn rolls_back_what_was_stopped(place: &Place, db: Ominipg) {
    if is_left_out(place) {
        return;
    }
    let quick = db.with_timeout(Duration::from_millis(200));
    for ending in ["rollback", "commit", "drop"] {
        let tx = quick.transaction().await.expect("it begins");
        ada(&tx).await;
        let error = ends(tx.query(SLOW, &[])).await;
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        let refused = tx.query("SELECT 1", &[]).await.expect_err("it can only be rolled back");
        assert_eq!(refused.kind(), ErrorKind::Transaction, "{refused}");
        assert!(refused.to_string().contains("roll the transaction back"), "{refused}");
        match ending {
            "rollback" => tx.rollback().await.expect("it is rolled back"),
            "commit" => {
                let refused = tx.commit().await.expect_err("it can only be rolled back");
                assert_eq!(refused.kind(), ErrorKind::Transaction, "{refused}");
            }
            _ => drop(tx),
        }
        goes_on(&db).await;
        assert_eq!(users::find().count(&db).await.expect("counted"), 0, "after {ending}");
    }

    let token = CancellationToken::new();
    let tx = db.transaction().await.expect("it begins").with_cancel(token.clone());
    ada(&tx).await;
    token.cancel();
    let refused = tx.query("SELECT 1", &[]).await.expect_err("the token is cancelled");
    assert_eq!(refused.kind(), ErrorKind::Cancelled, "{refused}");
    tx.rollback().await.expect("a cancelled token keeps nobody from that");
    assert_eq!(users::find().count(&db).await.expect("counted"), 0);

    let tx = quick.transaction().await.expect("it begins").with_timeout(Duration::from_secs(30));
    tx.query("SELECT pg_sleep(0.4)", &[]).await.expect("it has more time than the handle");
    ada(&tx).await;
    tx.commit().await.expect("it is committed");
    assert_eq!(users::find().count(&db).await.expect("counted"), 1);
    assert_eq!(db.diagnostics().await.open_transactions, 0);
}

pub(crate) async fn tells_what_happens(_: &Place, db: Ominipg) {
    let mut events = db.events();
    let connected = events.next().await.expect("it is connected");
    assert_eq!(connected.name(), "connected");
    assert!(matches!(connected, Event::Connected { mode, .. } if mode == db.mode()), "{connected}");

    db.batch_execute("DO $$ BEGIN RAISE WARNING 'the % is low', 'tea'; END $$").await.expect("it runs");
    let notice = events.next().await.expect("it is told");
    assert!(
        matches!(&notice, Event::Notice { severity, message, .. } if severity == "WARNING" && message == "the tea is low"),
        "{notice}"
    );

    let error = db.query("SELECT 1 / 0", &[]).await.expect_err("it cannot be");
    let told = events.next().await.expect("it is told");
    let Event::Error { kind, message, code, .. } = &told else { panic!("{told}") };
    assert_eq!((*kind, message, code.as_deref()), (error.kind(), &error.to_string(), Some("22012")));

    let mut slow = db.events();
    for _ in 0..300 {
        db.query("SELECT 1 / 0", &[]).await.expect_err("it cannot be");
    }
    assert_eq!(slow.next().await.expect("it is told").name(), "connected");
    assert!(matches!(slow.next().await, Some(Event::Missed(missed)) if missed >= 300 - 256));

    db.close().await.expect("it closes");
    let mut last = None;
    while let Some(event) = events.next().await {
        last = Some(event);
    }
    assert_eq!(last, Some(Event::Close));
    let mut late = db.events();
    assert_eq!(late.next().await.expect("it was connected").name(), "connected");
    assert_eq!((late.next().await, late.next().await), (Some(Event::Close), None));
}

pub(crate) async fn diagnoses(place: &Place, db: Ominipg) {
    let before = db.diagnostics().await;
    for _ in 0..20 {
        goes_on(&db).await;
    }
    db.query("SELECT 1 / 0", &[]).await.expect_err("it cannot be");
    let after = db.diagnostics().await;
    assert_eq!(after.mode, db.mode());
    assert_eq!(after.statements.ok, before.statements.ok + 20);
    assert_eq!(after.statements.error, before.statements.error + 1);
    assert_eq!(after.times.count, after.statements.total());
    assert!(after.times.p50() <= after.times.p99() && after.times.sum > before.times.sum);
    assert!(after.statement_cache.hits >= before.statement_cache.hits + 10, "{after}");
    assert!(after.postgres.as_ref().is_some_and(|version| !version.is_empty()), "{after}");
    assert_eq!((after.calls.len(), after.queued, after.open_transactions), (1, 0, 0), "{after}");
    assert!(after.sessions >= 1 && after.uptime > Duration::ZERO);
    match (place.kind, &after.engine, &after.pool) {
        (Kind::Memory | Kind::Folder, Some(engine), None) => {
            assert!(engine.memory > 1 << 20 && engine.statements > 20 && engine.sessions == 1, "{after}");
            assert!(!engine.wasmtime.is_empty() && !engine.build.is_empty());
        }
        (Kind::Direct | Kind::ServerWorker, None, Some(pool)) => {
            assert!(pool.size >= 1 && pool.max_size == ominipg_test_support::connections(), "{after}");
        }
        _ => panic!("{after}"),
    }
    let json = ominipg::codegen_support::serde_json::to_value(&after).expect("it is JSON");
    assert_eq!(json["statements"]["error"], after.statements.error);
    let report = after.to_string();
    assert!(report.contains("PostgreSQL") && report.contains("statements:"), "{report}");

    let tx = db.transaction().await.expect("it begins");
    assert_eq!(db.diagnostics().await.open_transactions, 1);
    drop(tx);
    assert_eq!(db.diagnostics().await.open_transactions, 0);
}
