//! COPY must do the same on every mode, in every format, however it ends.

use std::time::Duration;

use ominipg::{CancellationToken, ConnectOptions, CopyOut, ErrorKind, Ominipg, ToSql, Type};

use crate::limits::goes_on;
use crate::place::Place;

const ROWS: &str = r"INSERT INTO a SELECT n, CASE n % 4
        WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'tab\t, \'quotes\' \\ and\nlines' ELSE 'é' || n END,
    n / 7.0, decode(md5(n::text), 'hex') FROM generate_series(1, 20000) n";

async fn tables(db: &Ominipg) {
    for table in ["a", "b"] {
        let sql = format!("CREATE TABLE {table} (n int4 PRIMARY KEY, t text, f float8, d bytea)");
        db.batch_execute(&sql).await.expect("created");
    }
    db.batch_execute(ROWS).await.expect("filled");
}

async fn count(db: &Ominipg, table: &str) -> i64 {
    db.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("counted").get(0)
}

async fn all(mut copy: CopyOut<'_>) -> Vec<u8> {
    let mut data = Vec::new();
    while let Some(piece) = copy.next().await {
        data.extend(piece.expect("some data"));
    }
    data
}

pub(crate) async fn copies_in_every_format(_: &Place, db: Ominipg) {
    tables(&db).await;
    for format in ["text", "csv, HEADER", "binary"] {
        let out = format!("COPY (SELECT * FROM a ORDER BY n) TO STDOUT (FORMAT {format})");
        let data = all(db.copy_out(&out).await.expect("begun")).await;
        assert!(data.len() > 500_000, "{format}: {}", data.len());
        for size in [7_919, data.len()] {
            let mut copy =
                db.copy_in(&format!("COPY b FROM STDIN WITH (FORMAT {format})")).await.expect("begun");
            for piece in data.chunks(size) {
                copy.send(piece.to_vec()).await.expect("sent");
            }
            assert_eq!(copy.finish().await.expect("finished"), 20_000, "{format}");
            let differ = "SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT * FROM b) d";
            let differ: i64 = db.query_one(differ, &[]).await.expect("compared").get(0);
            assert_eq!((count(&db, "b").await, differ), (20_000, 0), "{format}");
            db.execute("TRUNCATE b", &[]).await.expect("emptied");
        }
    }
    let nothing = db.copy_in("COPY b FROM STDIN").await.expect("begun");
    assert_eq!(nothing.finish().await.expect("nothing is sent"), 0);
    assert!(all(db.copy_out("COPY b TO STDOUT").await.expect("begun")).await.is_empty());
}

pub(crate) async fn takes_rows_of_values(_: &Place, db: Ominipg) {
    tables(&db).await;
    let read = db.query("SELECT * FROM a", &[]).await.expect("read");
    let copy = db.copy_in("COPY b FROM STDIN (FORMAT binary)").await.expect("begun");
    let mut rows = copy.rows([Type::INT4, Type::TEXT, Type::FLOAT8, Type::BYTEA]);
    for row in &read {
        let values: [&(dyn ToSql + Sync); 4] = [
            &row.get::<_, i32>(0),
            &row.get::<_, Option<&str>>(1),
            &row.get::<_, f64>(2),
            &row.get::<_, &[u8]>(3),
        ];
        rows.send(&values).await.expect("sent");
    }
    let wrong = rows.send(&[&1, &"one", &1, &None::<&[u8]>]).await.expect_err("1 is no float");
    assert_eq!(wrong.kind(), ErrorKind::Parameter, "{wrong}");
    assert!(wrong.to_string().contains("value 3 of the row cannot be sent as `float8`"), "{wrong}");
    let few = rows.send(&[&1]).await.expect_err("there are four columns");
    assert_eq!(few.kind(), ErrorKind::Parameter, "{few}");
    assert_eq!(rows.finish().await.expect("finished"), 20_000);
    let differ = "SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT * FROM b) d";
    assert_eq!(db.query_one(differ, &[]).await.expect("compared").get::<_, i64>(0), 0);
}

pub(crate) async fn names_the_line_that_is_wrong(_: &Place, db: Ominipg) {
    tables(&db).await;
    let mut copy = db.copy_in("COPY b (n, t) FROM STDIN (FORMAT csv)").await.expect("begun");
    copy.send("1,one\n2,two\nthree,three\n").await.expect("sent");
    // PostgreSQL has stopped by then, and what follows goes nowhere.
    for _ in 0..100 {
        copy.send(b"4,four\n".repeat(10_000)).await.expect("sent");
    }
    let error = copy.finish().await.expect_err("three is no number");
    assert_eq!(error.code().map(|code| code.code()), Some("22P02"), "{error}");
    assert!(error.to_string().contains("COPY b, line 3, column n: \"three\""), "{error}");
    goes_on(&db).await;
    let mut copy = db.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
    copy.send("1\n2\n1\n").await.expect("sent");
    let twice = copy.finish().await.expect_err("1 is there twice");
    assert!(twice.is_unique_violation() && twice.to_string().contains("line 3"), "{twice}");
    let mut copy = db.copy_in("COPY b FROM STDIN (FORMAT binary)").await.expect("begun");
    copy.send("not binary at all").await.expect("sent");
    let wrong = copy.finish().await.expect_err("it is text");
    assert_eq!(wrong.code().map(|code| code.code()), Some("22P04"), "{wrong}");
    assert_eq!(count(&db, "b").await, 0);
}

pub(crate) async fn writes_nothing_unless_it_is_finished(_: &Place, db: Ominipg) {
    tables(&db).await;
    db.batch_execute("CREATE TEMPORARY TABLE mine (n int4)").await.expect("created");
    for rows in [0, 1, 100_000] {
        let mut copy = db.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
        for n in 0..rows {
            copy.send(format!("{n}\n")).await.expect("sent");
        }
        drop(copy);
        goes_on(&db).await;
        assert_eq!(count(&db, "b").await, 0, "after {rows} rows");
    }
    db.query("SELECT * FROM mine", &[]).await.expect("the session is the same");
    assert_eq!(db.diagnostics().await.statements.dropped, 3);
}

pub(crate) async fn goes_on_after_a_copy_that_cannot_begin(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    db.batch_execute("CREATE TEMPORARY TABLE mine (n int4)").await.expect("created");
    for _ in 0..3 {
        let error = db.copy_in("COPY missing FROM STDIN").await.expect_err("there is no such table");
        assert_eq!(error.code().map(|code| code.code()), Some("42P01"), "{error}");
        for n in 0..3 {
            let row = db.query_one("SELECT $1::int4", &[&n]).await.expect("it goes on");
            assert_eq!(row.get::<_, i32>(0), n, "each statement gets its own answer");
        }
        let error = db.copy_out("COPY missing TO STDOUT").await.expect_err("there is no such table");
        assert_eq!(error.code().map(|code| code.code()), Some("42P01"), "{error}");
        goes_on(&db).await;
    }
    if place.is_embedded() {
        db.query("SELECT * FROM mine", &[]).await.expect("the session is the same");
    }
    if place.is_embedded() {
        db.batch_execute("CREATE TABLE t (n int4)").await.expect("created");
        // One that is given up while it waits for its turn.
        let quick = db.with_timeout(Duration::from_millis(100));
        waits_for_its_turn(&db, &quick, ErrorKind::Timeout).await;
        // One whose wait is over.
        let options = ConnectOptions::new(":memory:").busy_timeout(Duration::from_millis(200));
        let impatient = Ominipg::connect(options).await.expect("it opens");
        impatient.batch_execute("CREATE TABLE t (n int4)").await.expect("created");
        waits_for_its_turn(&impatient, &impatient, ErrorKind::Busy).await;
        impatient.close().await.expect("closed");
    }
    let tx = db.transaction().await.expect("begun");
    tx.copy_in("COPY missing FROM STDIN").await.expect_err("there is no such table");
    tx.query("SELECT 1", &[]).await.expect_err("the transaction is aborted");
    tx.rollback().await.expect("rolled back");
    goes_on(&db).await;
}

/// A COPY that finds another session in a transaction.
async fn waits_for_its_turn(db: &Ominipg, caller: &Ominipg, kind: ErrorKind) {
    let server = db.serve("127.0.0.1:0").await.expect("served");
    let other = Ominipg::connect(server.url()).await.expect("connected");
    let tx = other.transaction().await.expect("begun");
    tx.query("SELECT 1", &[]).await.expect("it has the turn");
    let error = caller.copy_in("COPY t FROM STDIN").await.expect_err("it waits for too long");
    assert_eq!(error.kind(), kind, "{error}");
    let error = caller.listen("jobs").await.expect_err("it waits for too long");
    assert_eq!(error.kind(), kind, "{error}");
    tx.commit().await.expect("committed");
    for n in 0..3 {
        let row = db.query_one("SELECT $1::int4", &[&n]).await.expect("it goes on");
        assert_eq!(row.get::<_, i32>(0), n, "each statement gets its own answer");
    }
    let mut copy = db.copy_in("COPY t FROM STDIN").await.expect("begun");
    copy.send("1\n").await.expect("sent");
    assert_eq!(copy.finish().await.expect("finished"), 1);
    other.close().await.expect("closed");
    server.close().await;
}

pub(crate) async fn ends_a_copy_by_its_limits(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    tables(&db).await;
    let quick = db.with_timeout(Duration::from_secs(1));
    let mut copy = quick.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
    copy.send("1\n").await.expect("sent");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let error = copy.send("2\n").await.expect_err("its time is over");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    // Even while it is still held.
    goes_on(&db).await;
    let ended = copy.send("3\n").await.expect_err("it has ended");
    assert_eq!(ended.kind(), ErrorKind::Copy, "{ended}");
    copy.finish().await.expect_err("it has ended");

    // PostgreSQL takes too long itself.
    db.batch_execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_sleep(60); RETURN new; END $$;
         CREATE TABLE s (n int4); CREATE TRIGGER slow BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    .await
    .expect("created");
    let mut copy = quick.copy_in("COPY s FROM STDIN").await.expect("begun");
    copy.send("1\n").await.expect("sent");
    let error = copy.finish().await.expect_err("its time is over");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    goes_on(&db).await;

    let token = CancellationToken::new();
    let mut copy = db.with_cancel(token.clone()).copy_in("COPY s FROM STDIN").await.expect("begun");
    // From another task, for PostgreSQL may run on this one.
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        token.cancel();
    });
    let error = loop {
        if let Err(error) = copy.send(b"1\n".repeat(50_000)).await {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    goes_on(&db).await;

    let mut copy =
        quick.copy_out("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT").await.expect("begun");
    let error = loop {
        if let Err(error) = copy.next().await.expect("an error comes") {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    goes_on(&db).await;
    assert_eq!((count(&db, "b").await, count(&db, "s").await), (0, 0));
}

pub(crate) async fn tells_what_stopped_it(_: &Place, db: Ominipg) {
    let sql = "COPY (SELECT 1 / (5000 - n), repeat('x', 100) FROM generate_series(1, 10000) n) TO STDOUT";
    let mut copy = db.copy_out(sql).await.expect("begun");
    let mut good = 0;
    let error = loop {
        match copy.next().await.expect("an error comes") {
            Ok(_) => good += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((good, error.code().map(|code| code.code())), (4_999, Some("22012")), "{error}");
    assert!(copy.next().await.is_none(), "nothing follows an error");
    goes_on(&db).await;
}

pub(crate) async fn ends_a_copy_that_is_dropped(place: &Place, db: Ominipg) {
    if place.is_left_out() {
        return;
    }
    for taken in [0, 1, 5_000] {
        let sql = "COPY (SELECT generate_series(1, 1000000000), repeat('x', 1000)) TO STDOUT";
        let mut copy = db.copy_out(sql).await.expect("begun");
        for _ in 0..taken {
            copy.next().await.expect("there is more").expect("some data");
        }
        drop(copy);
        goes_on(&db).await;
    }
}

pub(crate) async fn moves_large_data(_: &Place, db: Ominipg) {
    db.batch_execute("CREATE TABLE l (t text)").await.expect("created");
    // One piece, far above what is held between, as lines and as one line.
    for line in [1_000, 8_000_000] {
        let lines = 16_000_000 / line;
        let data = ["x".repeat(line - 1), "\n".to_owned()].concat().repeat(lines);
        let mut copy = db.copy_in("COPY l FROM STDIN").await.expect("begun");
        copy.send(data).await.expect("sent");
        assert_eq!(copy.finish().await.expect("finished"), lines as u64);
    }
    let mut copy = db.copy_out("COPY l TO STDOUT").await.expect("begun");
    let mut bytes = 0;
    while let Some(piece) = copy.next().await {
        bytes += piece.expect("some data").len();
    }
    assert_eq!(bytes, 32_000_000);
}

pub(crate) async fn runs_in_transactions(_: &Place, db: Ominipg) {
    tables(&db).await;
    let tx = db.transaction().await.expect("begun");
    let mut copy = tx.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
    copy.send("1\n2\n").await.expect("sent");
    let busy = tx.query("SELECT 1", &[]).await.expect_err("the COPY is under way");
    assert_eq!(busy.kind(), ErrorKind::Busy, "{busy}");
    assert_eq!(copy.finish().await.expect("finished"), 2);
    assert_eq!(all(tx.copy_out("COPY b (n) TO STDOUT").await.expect("begun")).await, b"1\n2\n");
    // One that is given up is a statement that failed.
    tx.batch_execute("SAVEPOINT s").await.expect("marked");
    let mut copy = tx.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
    copy.send("3\n").await.expect("sent");
    drop(copy);
    let aborted = tx.query("SELECT 1", &[]).await.expect_err("the transaction is aborted");
    assert_eq!(aborted.code().map(|code| code.code()), Some("25P02"), "{aborted}");
    tx.batch_execute("ROLLBACK TO s").await.expect("mended");
    tx.commit().await.expect("committed");
    assert_eq!(count(&db, "b").await, 2);

    let tx = db.transaction().await.expect("begun");
    let mut copy = tx.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
    copy.send("4\n").await.expect("sent");
    assert_eq!(copy.finish().await.expect("finished"), 1);
    tx.rollback().await.expect("rolled back");
    let tx = db.transaction().await.expect("begun");
    let copy = tx.copy_in("COPY b (n) FROM STDIN").await.expect("begun");
    drop(copy);
    tx.commit().await.expect_err("a statement failed");
    assert_eq!(count(&db, "b").await, 2);
}

pub(crate) async fn refuses_other_statements(_: &Place, db: Ominipg) {
    tables(&db).await;
    let tx = db.transaction().await.expect("begun");
    for sql in ["SELECT 1", "COPY b TO STDOUT", "COPY b FROM '/nowhere'"] {
        assert_eq!(tx.copy_in(sql).await.expect_err(sql).kind(), ErrorKind::Copy);
    }
    for sql in ["SELECT 1", "COPY b FROM STDIN", "COPY b TO '/nowhere'"] {
        assert_eq!(tx.copy_out(sql).await.expect_err(sql).kind(), ErrorKind::Copy);
    }
    tx.commit().await.expect("nothing was sent");
    for sql in ["COPY b FROM STDIN", "COPY b TO STDOUT"] {
        let refused = [
            db.query(sql, &[]).await.err(),
            db.execute(sql, &[]).await.err(),
            db.batch_execute(sql).await.err(),
            db.query_stream(sql, &[]).await.err(),
        ];
        for error in refused {
            let error = error.expect("its data would have no way to go");
            assert_eq!(error.kind(), ErrorKind::Copy, "{error}");
        }
        goes_on(&db).await;
    }
}
