//! What is told on a channel must reach who listens in the same way on every mode.

use std::time::Duration;

use ominipg::{ErrorKind, Notification, Notifications, Ominipg};

use crate::limits::goes_on;
use crate::place::Place;

const SOON: Duration = Duration::from_secs(10);

async fn next(listening: &mut Notifications) -> Notification {
    let next = tokio::time::timeout(SOON, listening.next()).await.expect("it is told soon");
    next.expect("the database is open").expect("the connection holds")
}

async fn nothing_comes(listening: &mut Notifications) {
    assert!(tokio::time::timeout(Duration::from_millis(200), listening.next()).await.is_err());
}

pub(crate) async fn tells_what_others_say(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    let mut jobs = db.listen("jobs").await.expect("it listens");
    db.notify("jobs", "1").await.expect("told");
    let told = next(&mut jobs).await;
    assert_eq!((told.channel.as_str(), told.payload.as_str()), ("jobs", "1"));
    assert_ne!(told.process_id, 0);
    db.execute("NOTIFY jobs", &[]).await.expect("told");
    assert_eq!(next(&mut jobs).await.payload, "");
    db.notify("other", "not for these").await.expect("told");

    // A transaction tells when it is committed, and not at all where it is not.
    let tx = db.transaction().await.expect("begun");
    tx.notify("jobs", "rolled back").await.expect("noted");
    tx.rollback().await.expect("rolled back");
    let tx = db.transaction().await.expect("begun");
    tx.notify("jobs", "2").await.expect("noted");
    nothing_comes(&mut jobs).await;
    tx.commit().await.expect("committed");
    assert_eq!(next(&mut jobs).await.payload, "2");

    // Who waits is woken.
    let waiting = tokio::spawn(async move {
        let told = next(&mut jobs).await;
        (jobs, told)
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    db.notify("jobs", "3").await.expect("told");
    let (mut jobs, told) = waiting.await.expect("it ends well");
    assert_eq!(told.payload, "3");

    if place.is_embedded() {
        let server = db.serve("127.0.0.1:0").await.expect("served");
        let client = Ominipg::connect(server.url()).await.expect("connected");
        client.notify("jobs", "from outside").await.expect("told");
        assert_eq!(next(&mut jobs).await.payload, "from outside");
        let mut outside = client.listen("jobs").await.expect("it listens");
        db.notify("jobs", "from inside").await.expect("told");
        assert_eq!(next(&mut outside).await.payload, "from inside");
        assert_eq!(next(&mut jobs).await.payload, "from inside");
        client.close().await.expect("closed");
        server.close().await;
    }
    drop(jobs);
    db.notify("jobs", "nobody listens").await.expect("told");
    goes_on(&db).await;
}

pub(crate) async fn listens_to_several_channels(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    let mut all = db.listen_all(["a", "b"]).await.expect("it listens");
    let mut b = db.listen("b").await.expect("it listens");
    for (channel, payload) in [("a", "1"), ("c", "2"), ("b", "3"), ("a", "4")] {
        db.notify(channel, payload).await.expect("told");
    }
    for payload in ["1", "3", "4"] {
        assert_eq!(next(&mut all).await.payload, payload);
    }
    assert_eq!(next(&mut b).await.payload, "3");
    drop(all);
    db.notify("a", "5").await.expect("told");
    db.notify("b", "6").await.expect("told");
    assert_eq!(next(&mut b).await.payload, "6");
    nothing_comes(&mut b).await;
    let none: [&str; 0] = [];
    assert_eq!(db.listen_all(none).await.expect_err("there is none").kind(), ErrorKind::Parameter);
}

pub(crate) async fn takes_names_as_they_are(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    for name in ["Jobs", "with \"quotes\"; UNLISTEN *", "jobs für é", "select"] {
        let mut listening = db.listen(name).await.expect("it listens");
        db.notify(&name.to_uppercase(), "not this").await.expect("told");
        db.notify(name, "x").await.expect("told");
        let mut told = next(&mut listening).await;
        if name == name.to_uppercase() {
            told = next(&mut listening).await;
        }
        assert_eq!((told.channel.as_str(), told.payload.as_str()), (name, "x"));
    }
    let long = "x".repeat(64);
    for name in ["", &long] {
        assert_eq!(db.listen(name).await.expect_err("refused").kind(), ErrorKind::Parameter);
        assert_eq!(db.notify(name, "").await.expect_err("refused").kind(), ErrorKind::Parameter);
    }
    let long = db.notify("jobs", &"x".repeat(8_000)).await.expect_err("it is too long");
    assert!(long.to_string().contains("payload string too long"), "{long}");
    goes_on(&db).await;
}

pub(crate) async fn ends_with_the_database(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    let mut listening = db.listen("jobs").await.expect("it listens");
    let waiting = tokio::spawn(async move {
        let end = listening.next().await;
        assert!(listening.next().await.is_none());
        end
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    db.close().await.expect("closed");
    let end = tokio::time::timeout(SOON, waiting).await.expect("it ends soon").expect("it ends well");
    assert!(end.is_none(), "{end:?}");
    assert_eq!(db.listen("jobs").await.expect_err("it is closed").kind(), ErrorKind::Closed);

    let db = place.open().await;
    let mut listening = db.listen("jobs").await.expect("it listens");
    drop(db);
    assert!(tokio::time::timeout(SOON, listening.next()).await.expect("it ends soon").is_none());
}

pub(crate) async fn tells_that_the_connection_broke(place: &Place, db: Ominipg) {
    if place.is_left_out() || place.is_embedded() {
        return;
    }
    let mut listening = db.listen("jobs").await.expect("it listens");
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    let ended = db.query(end, &[]).await.expect("ended");
    assert!(!ended.is_empty());
    let error = tokio::time::timeout(SOON, listening.next()).await.expect("it is told soon");
    let error = error.expect("it is told").expect_err("the connection broke");
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.to_string().contains("is to be begun again"), "{error}");
    assert!(listening.next().await.is_none());
}

pub(crate) async fn waits_for_nobody(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    // Who listens and does not read holds nobody up, and loses nothing.
    let mut slow = db.listen("jobs").await.expect("it listens");
    let payload = "x".repeat(1_000);
    for n in 0..2_000 {
        db.notify("jobs", &format!("{n} {payload}")).await.expect("told");
    }
    for n in 0..2_000 {
        assert_eq!(next(&mut slow).await.payload, format!("{n} {payload}"));
    }
    if place.is_embedded() {
        let tx = db.transaction().await.expect("begun");
        let waited = db.with_timeout(Duration::from_millis(100)).listen("jobs").await;
        let waited = waited.expect_err("a transaction is open");
        assert!(matches!(waited.kind(), ErrorKind::Timeout | ErrorKind::Busy), "{waited}");
        tx.commit().await.expect("committed");
        drop(db.listen("jobs").await.expect("it listens"));
    }
}
