//! Rows that come one by one must do so in the same way on every mode.

use std::time::Duration;

use ominipg::{CallKind, CancellationToken, ErrorKind, Ominipg};

use crate::blog::{NewPost, posts};
use crate::limits::goes_on;
use crate::place::Place;
use crate::suite::ada;

/// More rows than anyone waits for; PostgreSQL makes them as they are asked for.
const ENDLESS: &str = "SELECT generate_series(1, 1000000000), repeat('x', 1000)";

pub(crate) async fn gives_rows_one_by_one(_: &Place, db: Ominipg) {
    let mut rows =
        db.query_stream("SELECT generate_series(1, $1::int4), 'é'", &[&50_000]).await.expect("begun");
    let mut next = 1;
    while let Some(row) = rows.next().await {
        let row = row.expect("a row");
        assert_eq!((row.get::<_, i32>(0), row.get::<_, &str>(1)), (next, "é"));
        next += 1;
    }
    assert_eq!(next, 50_001);
    assert!(rows.next().await.is_none(), "the end stays the end");
    goes_on(&db).await;
    drop(rows);

    db.batch_execute("CREATE TABLE t (n int4)").await.expect("created");
    let mut made = db.query_stream("INSERT INTO t VALUES (1), (2) RETURNING n", &[]).await.expect("begun");
    while let Some(row) = made.next().await {
        row.expect("a row");
    }
    let mut none = db.query_stream("DELETE FROM t", &[]).await.expect("any statement may be one");
    assert!(none.next().await.is_none());
    let mut rows = db.query_stream("SELECT * FROM t", &[]).await.expect("begun");
    assert!(rows.next().await.is_none());
    // A table that changed since the statement was prepared.
    db.batch_execute("ALTER TABLE t ADD m text; INSERT INTO t VALUES (1, 'a')").await.expect("altered");
    let mut rows = db.query_stream("SELECT * FROM t", &[]).await.expect("it is prepared anew");
    assert_eq!(rows.next().await.expect("there is one").expect("a row").get::<_, &str>(1), "a");
}

pub(crate) async fn gives_typed_rows(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    let author = ada(&db).await.id;
    let rows = (0..3_000).map(|n| NewPost::new(format!("Post {n}"), "body", author));
    posts::create_many(rows).run(&db).await.expect("created");
    let find = || posts::find().filter(posts::id().gt(1_000)).order_by(posts::id().asc());
    let mut found = find().stream(&db).await.expect("begun");
    let mut next = 1_001;
    while let Some(post) = found.next().await {
        let post = post.expect("a row");
        assert_eq!((post.id, post.title), (next, format!("Post {}", next - 1)));
        next += 1;
    }
    assert_eq!(next, 3_001);
    let tx = db.transaction().await.expect("begun");
    posts::find().filter(posts::id().gt(2_999)).delete().run(&tx).await.expect("deleted");
    let mut found = find().stream(&tx).await.expect("begun");
    let first = found.next().await.expect("there is one").expect("a row");
    assert_eq!(first.id, 1_001);
    let busy = posts::find().count(&tx).await.expect_err("the stream is not at its end");
    assert_eq!(busy.kind(), ErrorKind::Busy, "{busy}");
    drop(found);
    tx.rollback().await.expect("rolled back");
    assert_eq!(posts::find().count(&db).await.expect("counted"), 3_000);
}

pub(crate) async fn goes_at_the_readers_pace(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    db.batch_execute("CREATE SEQUENCE made").await.expect("created");
    let sql = "SELECT nextval('made'), repeat('x', 1000) FROM generate_series(1, 200000)";
    let mut rows = db.query_stream(sql, &[]).await.expect("begun");
    rows.next().await.expect("there is one").expect("a row");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let made = "SELECT last_value FROM made";
    // An embedded database answers nobody else meanwhile; what a server sends, its socket's buffers hold.
    let (made, most) = if place.is_embedded() {
        drop(rows);
        (db.query_one(made, &[]).await, 5_000)
    } else {
        (db.query_one(made, &[]).await, 50_000)
    };
    let made: i64 = made.expect("asked").get(0);
    assert!(made < most, "{made} of 200000 rows were made for one that was read");
}

pub(crate) async fn ends_a_stream_that_is_dropped(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    for taken in [0, 1, 5_000] {
        let mut rows = db.query_stream(ENDLESS, &[]).await.expect("begun");
        for _ in 0..taken {
            rows.next().await.expect("there are more").expect("a row");
        }
        drop(rows);
        goes_on(&db).await;
    }
    assert_eq!(db.diagnostics().await.statements.dropped, 3);
    // What is all there already has not to be cancelled.
    db.batch_execute("CREATE TEMPORARY TABLE mine (n int4)").await.expect("created");
    let mut rows = db.query_stream("SELECT generate_series(1, 5)", &[]).await.expect("begun");
    rows.next().await.expect("there are more").expect("a row");
    drop(rows);
    db.query("SELECT * FROM mine", &[]).await.expect("the session is the same");
}

pub(crate) async fn ends_with_an_error(place: &Place, db: Ominipg) {
    let refused = db.query_stream("SELECT nothing", &[]).await.expect_err("there is no such column");
    assert_eq!(refused.code().map(|code| code.code()), Some("42703"), "{refused}");
    let wrong = db.query_stream("SELECT $1::int4", &[&"text"]).await.expect_err("it is no number");
    assert_eq!(wrong.kind(), ErrorKind::Parameter, "{wrong}");
    let control = db.query_stream("BEGIN", &[]).await.expect_err("it is not for SQL");
    assert_eq!(control.kind(), ErrorKind::Transaction, "{control}");

    let sql = "SELECT 1 / (5000 - n), repeat('x', 100) FROM generate_series(1, 10000) n";
    let mut rows = db.query_stream(sql, &[]).await.expect("begun");
    let mut good = 0;
    let error = loop {
        match rows.next().await.expect("an error comes") {
            Ok(_) => good += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((good, error.code().map(|code| code.code())), (4_999, Some("22012")), "{error}");
    assert!(rows.next().await.is_none(), "nothing follows an error");
    goes_on(&db).await;

    let mut rows = db.query_stream(ENDLESS, &[]).await.expect("begun");
    rows.next().await.expect("there are more").expect("a row");
    if place.is_embedded() {
        // Nobody else can have the one connection meanwhile.
        let busy = db.with_timeout(Duration::from_millis(50)).query("SELECT 1", &[]).await;
        assert_eq!(busy.expect_err("it is in use").kind(), ErrorKind::Busy);
        let reading = tokio::spawn(async move {
            loop {
                if let Err(error) = rows.next().await.expect("it has no end") {
                    return error;
                }
            }
        });
        db.close().await.expect("closed");
        let ended = reading.await.expect("it ends well");
        assert_eq!(ended.kind(), ErrorKind::Closed, "{ended}");
    }
}

pub(crate) async fn ends_a_stream_by_its_limits(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    for slowly in [false, true] {
        let mut rows =
            db.with_timeout(Duration::from_secs(1)).query_stream(ENDLESS, &[]).await.expect("begun");
        let error = loop {
            if slowly {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            if let Err(error) = rows.next().await.expect("an error comes") {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(rows.next().await.is_none());
        // Even while the stream itself is still held.
        goes_on(&db).await;
    }
    let error = db.with_timeout(Duration::from_millis(100)).query_stream("SELECT pg_sleep(60)", &[]).await;
    let error = match error {
        Ok(mut rows) => rows.next().await.expect("an error comes").expect_err("it takes too long"),
        Err(error) => error,
    };
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    goes_on(&db).await;

    let token = CancellationToken::new();
    let mut rows = db.with_cancel(token.clone()).query_stream(ENDLESS, &[]).await.expect("begun");
    rows.next().await.expect("there are more").expect("a row");
    token.cancel();
    let error = rows.next().await.expect("an error comes").expect_err("it is cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    goes_on(&db).await;
    let outcomes = db.diagnostics().await.statements;
    assert_eq!((outcomes.timed_out, outcomes.cancelled), (3, 1));
}

pub(crate) async fn has_a_transaction_to_itself(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    let tx = db.transaction().await.expect("begun");
    tx.batch_execute("CREATE TABLE t AS SELECT generate_series(1, 3000) AS n").await.expect("created");
    let mut rows = tx.query_stream("SELECT n FROM t ORDER BY n", &[]).await.expect("begun");
    assert_eq!(rows.next().await.expect("there is one").expect("a row").get::<_, i32>(0), 1);
    let busy = tx.query("SELECT 1", &[]).await.expect_err("the stream is not at its end");
    assert_eq!(busy.kind(), ErrorKind::Busy, "{busy}");
    assert!(busy.to_string().contains("FETCH"), "{busy}");
    assert_eq!(tx.query_stream("SELECT 1", &[]).await.expect_err("nor another").kind(), ErrorKind::Busy);
    while let Some(row) = rows.next().await {
        row.expect("a row");
    }
    drop(rows);

    // What the message says: a cursor leaves the transaction free between the rows.
    tx.execute("DECLARE c CURSOR FOR SELECT n FROM t ORDER BY n", &[]).await.expect("declared");
    let mut sum = 0;
    loop {
        let rows = tx.query("FETCH 1000 FROM c", &[]).await.expect("fetched");
        if rows.is_empty() {
            break;
        }
        sum += rows.len();
        tx.execute("DELETE FROM t WHERE n <= $1", &[&(sum as i32)]).await.expect("deleted");
    }
    assert_eq!(sum, 3_000);
    tx.commit().await.expect("committed");
    assert_eq!(db.query_one("SELECT count(*) FROM t", &[]).await.expect("asked").get::<_, i64>(0), 0);

    let tx = db.transaction().await.expect("begun");
    tx.execute("INSERT INTO t VALUES (1)", &[]).await.expect("inserted");
    let mut rows = tx.query_stream(ENDLESS, &[]).await.expect("begun");
    rows.next().await.expect("there are more").expect("a row");
    drop(rows);
    let refused = tx.query("SELECT 1", &[]).await.expect_err("a statement was given up");
    assert_eq!(refused.kind(), ErrorKind::Transaction, "{refused}");
    tx.rollback().await.expect("rolled back");
    goes_on(&db).await;
    let tx = db.transaction().await.expect("begun").with_timeout(Duration::from_secs(1));
    tx.execute("INSERT INTO t VALUES (1)", &[]).await.expect("inserted");
    let mut rows = tx.query_stream(ENDLESS, &[]).await.expect("begun");
    while let Some(Ok(_)) = rows.next().await {}
    drop(rows);
    assert_eq!(tx.commit().await.expect_err("its time was over").kind(), ErrorKind::Transaction);
    assert_eq!(db.query_one("SELECT count(*) FROM t", &[]).await.expect("asked").get::<_, i64>(0), 0);
}

pub(crate) async fn is_counted(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    let before = db.diagnostics().await.statements;
    let mut rows = db.query_stream(ENDLESS, &[]).await.expect("begun");
    rows.next().await.expect("there are more").expect("a row");
    let now = db.diagnostics().await;
    assert!(now.calls.iter().any(|call| call.kind == CallKind::Stream), "{now}");
    assert_eq!(now.statements, before);
    drop(rows);
    let mut rows = db.query_stream("SELECT generate_series(1, 10)", &[]).await.expect("begun");
    while let Some(row) = rows.next().await {
        row.expect("a row");
    }
    let mut events = db.events();
    events.next().await.expect("it is connected");
    db.query_stream("SELECT nothing", &[]).await.expect_err("there is no such column");
    let told = events.next().await.expect("it is told").to_string();
    assert!(told.starts_with("error: stream:"), "{told}");
    let after = db.diagnostics().await;
    assert_eq!((after.statements.ok, after.statements.dropped), (before.ok + 1, before.dropped + 1));
    assert_eq!(after.statements.error, before.error + 1);
    assert_eq!((after.calls.len(), after.times.count), (1, after.statements.total()), "{after}");
}
