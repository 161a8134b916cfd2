//! Transactions must do the same on every mode, whichever way they are written.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use ominipg::{Error, ErrorKind, Executor, Isolation, Ominipg, Transaction, TransactionOptions};

use crate::blog::{NewUser, users};
use crate::place::{Kind, Place};

fn person(name: &str) -> NewUser {
    NewUser::new(format!("{}@example.com", name.to_lowercase()), name, Vec::new())
}

async fn names(on: &impl Executor) -> String {
    let people = users::find().order_by(users::name().asc()).all(on).await.expect("found");
    people.into_iter().map(|user| user.name).collect::<Vec<_>>().join(" ")
}

/// What an application has of errors of its own.
#[derive(Debug)]
enum Failure {
    Database(Error),
    Mine(&'static str),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

pub(crate) async fn encloses_work(_: &Place, db: Ominipg) {
    // In a task of its own: all of it can go to another thread.
    let other = db.clone();
    let owned = person("Ada");
    let made = tokio::spawn(async move {
        let work = other.transact(async |tx| {
            let made = users::create(owned).run(tx).await?;
            assert_eq!(names(tx).await, "Ada");
            Ok::<_, Error>(made)
        });
        work.await
    });
    let made = made.await.expect("the task ends well").expect("committed");
    assert_eq!((made.name.as_str(), names(&db).await.as_str()), ("Ada", "Ada"));

    let other = db.clone();
    let again = tokio::spawn(async move {
        let work = other.transact_with(TransactionOptions::new().retries(1), async |tx| {
            tx.transact(async |sp| Ok::<_, Error>(names(sp).await)).await
        });
        work.await
    });
    assert_eq!(again.await.expect("the task ends well").expect("committed"), "Ada");

    let mine = db.transact(async |tx| {
        users::create(person("Bob")).run(tx).await?;
        Err::<(), _>(Failure::Mine("no"))
    });
    assert!(matches!(mine.await, Err(Failure::Mine("no"))));
    let refused = db.transact(async |tx| Ok::<_, Failure>(users::create(person("Ada")).run(tx).await?.id));
    assert!(matches!(refused.await, Err(Failure::Database(error)) if error.is_unique_violation()));
    // An error that is passed over does not commit the rest.
    let passed_over = db.transact(async |tx| {
        users::create(person("Bob")).run(tx).await?;
        let _ = users::create(person("Ada")).run(tx).await;
        Ok::<_, Error>(())
    });
    let error = passed_over.await.expect_err("it was rolled back");
    assert!(error.to_string().contains("rolled back"), "{error}");

    let slow = db.transact(async |tx| {
        users::create(person("Bob")).run(tx).await?;
        tx.query("SELECT pg_sleep(60)", &[]).await?;
        Ok::<_, Error>(())
    });
    assert!(tokio::time::timeout(Duration::from_millis(300), slow).await.is_err());
    let other = db.clone();
    let panicked = tokio::spawn(async move {
        let work = other.transact(async |tx| {
            users::create(person("Bob")).run(tx).await.expect("created");
            if names(tx).await.contains("Bob") {
                panic!("it is a test");
            }
            Ok::<_, Error>(())
        });
        work.await
    });
    assert!(panicked.await.expect_err("it panicked").is_panic());
    assert_eq!(names(&db).await, "Ada");
    assert_eq!(db.diagnostics().await.open_transactions, 0);
}

pub(crate) async fn takes_options(place: &Place, db: Ominipg) {
    let show = async |tx: &Transaction, setting: &str| -> String {
        tx.query_one(&format!("SHOW {setting}"), &[]).await.expect("shown").get(0)
    };
    let levels = [
        (Isolation::ReadCommitted, "read committed"),
        (Isolation::RepeatableRead, "repeatable read"),
        (Isolation::Serializable, "serializable"),
    ];
    for (isolation, name) in levels {
        let options = TransactionOptions::new().isolation(isolation).read_only(true).deferrable(true);
        let tx = db.transaction_with(options).await.expect("begun");
        assert_eq!(show(&tx, "transaction_isolation").await, name);
        assert_eq!(show(&tx, "transaction_read_only").await, "on");
        assert_eq!(show(&tx, "transaction_deferrable").await, "on");
        let refused = users::create(person("Ada")).run(&tx).await.expect_err("it only reads");
        assert_eq!(refused.code().map(|code| code.code()), Some("25006"), "{refused}");
        tx.rollback().await.expect("rolled back");
        let tx = db.transaction().await.expect("begun");
        assert_eq!(show(&tx, "transaction_isolation").await, "read committed", "it was for one only");
        assert_eq!(show(&tx, "transaction_read_only").await, "off");
        tx.commit().await.expect("committed");
    }
    let retries = db.transaction_with(TransactionOptions::new().retries(1)).await.err().expect("refused");
    assert_eq!(retries.kind(), ErrorKind::Options);
    assert!(retries.to_string().contains("transact_with"), "{retries}");

    // A call beside the transaction, which has the only connection of an embedded database.
    let quick = db.with_timeout(Duration::from_millis(200));
    let stray = db.transact(async |tx| {
        users::create(person("Ada")).run(tx).await?;
        Ok::<_, Error>(users::find().count(&quick).await)
    });
    if place.is_left_out() {
        return;
    }
    match stray.await.expect("committed") {
        Ok(count) => assert!(!place.is_embedded() && count == 0),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
            assert!(place.is_embedded() && error.to_string().contains("&tx"), "{error}");
        }
    }
}

pub(crate) async fn goes_back_to_savepoints(_: &Place, db: Ominipg) {
    let mut tx = db.transaction().await.expect("begun");
    users::create(person("Ada")).run(&tx).await.expect("created");
    let mut sp = tx.savepoint().await.expect("begun");
    users::create(person("Bob")).run(&sp).await.expect("created");
    // One in another, which fails and is taken back alone.
    let inner = sp.savepoint().await.expect("begun");
    users::create(person("Cleo")).run(&inner).await.expect("created");
    let twice = users::create(person("Ada")).run(&inner).await.expect_err("there is one");
    assert!(twice.is_unique_violation());
    inner.rollback().await.expect("rolled back");
    assert_eq!(names(&sp).await, "Ada Bob");
    sp.commit().await.expect("committed");
    // Dropped, and then used from where it began.
    let mut sp = tx.savepoint().await.expect("begun");
    users::create(person("Dan")).run(&sp).await.expect("created");
    let inner = sp.savepoint().await.expect("begun");
    inner.execute("SELECT 1 / 0", &[]).await.expect_err("it divides by zero");
    drop(inner);
    assert_eq!(names(&sp).await, "Ada Bob Dan");
    drop(sp);
    assert_eq!(names(&tx).await, "Ada Bob");
    // All of several at once, then another at once, then the end.
    let mut sp = tx.savepoint().await.expect("begun");
    let mut inner = sp.savepoint().await.expect("begun");
    let innermost = inner.savepoint().await.expect("begun");
    users::create(person("Eve")).run(&innermost).await.expect("created");
    drop(innermost);
    drop(inner);
    drop(sp);
    let sp = tx.savepoint().await.expect("begun");
    users::create(person("Fay")).run(&sp).await.expect("created");
    let failed = sp.execute("SELECT 1 / 0", &[]).await.expect_err("it divides by zero");
    assert_eq!(failed.code().map(|code| code.code()), Some("22012"));
    sp.commit().await.expect_err("what failed cannot be committed");
    let mut copy = tx.copy_in("COPY users (email, name, tags) FROM STDIN (FORMAT csv)").await.expect("begun");
    copy.send("gus@example.com,Gus,{}\n").await.expect("sent");
    copy.finish().await.expect("finished");
    let sp = tx.savepoint().await.expect("begun");
    users::create(person("Hal")).run(&sp).await.expect("created");
    drop(sp);
    let mut rows = tx.query_stream("SELECT name FROM users", &[]).await.expect("begun");
    let mut seen = 0;
    while let Some(row) = rows.next().await {
        row.expect("a row");
        seen += 1;
    }
    drop(rows);
    assert_eq!(seen, 3);
    let sp = tx.savepoint().await.expect("begun");
    users::create(person("Ida")).run(&sp).await.expect("created");
    drop(sp);
    tx.commit().await.expect("committed, without the savepoint that was dropped");
    assert_eq!(names(&db).await, "Ada Bob Gus");

    // The closure form, in a closure.
    let work = db.transact(async |tx| {
        users::create(person("Kim")).run(tx).await?;
        let refused = tx.transact(async |sp| {
            users::create(person("Leo")).run(sp).await?;
            sp.transact(async |sp| Ok::<_, Error>(users::create(person("Mia")).run(sp).await?.id)).await?;
            Err::<(), _>(Failure::Mine("no"))
        });
        assert!(matches!(refused.await, Err(Failure::Mine(_))));
        tx.transact(async |sp| Ok::<_, Error>(users::create(person("Ned")).run(sp).await?.id)).await
    });
    work.await.expect("committed");
    assert_eq!(names(&db).await, "Ada Bob Gus Kim Ned");

    // A caller who stops waiting leaves the whole transaction to be rolled back, and says so.
    let mut tx = db.transaction().await.expect("begun");
    users::create(person("Bea")).run(&tx).await.expect("created");
    let sp = tx.savepoint().await.expect("begun");
    let slow = sp.query("SELECT pg_sleep(60)", &[]);
    assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
    drop(sp);
    let refused = tx.savepoint().await.err().expect("it can only be rolled back");
    assert_eq!(refused.kind(), ErrorKind::Transaction, "{refused}");
    tx.rollback().await.expect("rolled back");
    assert_eq!(names(&db).await, "Ada Bob Gus Kim Ned");
}

/// Two transactions that each read what the other writes.
pub(crate) async fn tries_again(place: &Place, db: Ominipg) {
    db.batch_execute("CREATE TABLE t (n int4 PRIMARY KEY, v int4); INSERT INTO t VALUES (1, 0), (2, 0)")
        .await
        .expect("created");
    // What says that it is refused, as PostgreSQL does.
    let refuse = "DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END $$";
    for (retries, expected) in [(0, 1), (2, 3), (5, 4)] {
        let tries = AtomicU32::new(0);
        let options = TransactionOptions::new().retries(retries);
        let done = db.transact_with(options, async |tx| {
            tx.execute("UPDATE t SET v = v + 1 WHERE n = 1", &[]).await?;
            if tries.fetch_add(1, Ordering::Relaxed) < 3 {
                tx.batch_execute(refuse).await.map_err(|_| Failure::Mine("refused"))?;
            }
            Ok::<_, Failure>(())
        });
        assert_eq!(done.await.is_ok(), retries == 5);
        assert_eq!(tries.load(Ordering::Relaxed), expected);
    }
    // What a savepoint mends, or what is another error, is not tried again.
    let tries = AtomicU32::new(0);
    let options = TransactionOptions::new().retries(5);
    let done = db.transact_with(options, async |tx| {
        tries.fetch_add(1, Ordering::Relaxed);
        let sp = tx.savepoint().await?;
        sp.batch_execute(refuse).await.expect_err("refused");
        sp.rollback().await?;
        tx.execute("SELECT 1 / 0", &[]).await?;
        Ok::<_, Error>(())
    });
    let error = done.await.expect_err("it divides by zero");
    assert_eq!((error.code().map(|code| code.code()), tries.into_inner()), (Some("22012"), 1));
    let value: i32 = db.query_one("SELECT v FROM t WHERE n = 1", &[]).await.expect("asked").get(0);
    assert_eq!(value, 1, "what was tried in vain is not there");

    if place.is_embedded() || place.is_left_out() {
        return;
    }
    db.batch_execute("UPDATE t SET v = 0").await.expect("updated");
    let (tries, gate) = (AtomicU32::new(0), tokio::sync::Barrier::new(2));
    let options = TransactionOptions::new().isolation(Isolation::Serializable).retries(10);
    let add = async |mine: i32| {
        let first = AtomicU32::new(0);
        db.transact_with(options, async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            let sum: i64 = tx.query_one("SELECT sum(v) FROM t", &[]).await?.get(0);
            if first.fetch_add(1, Ordering::Relaxed) == 0 {
                gate.wait().await;
            }
            tx.execute("UPDATE t SET v = $1 WHERE n = $2", &[&(sum as i32 + 1), &mine]).await?;
            Ok::<_, Error>(())
        })
        .await
    };
    let (one, two) = tokio::join!(add(1), add(2));
    one.expect("committed");
    two.expect("committed, after the other");
    assert_eq!(tries.load(Ordering::Relaxed), 3);
    let sum: i64 = db.query_one("SELECT sum(v) FROM t", &[]).await.expect("asked").get(0);
    assert_eq!(sum, 3, "as if one came after the other: 1, then 2");

    // Two that wait for each other's row: a deadlock, of which one is the victim.
    let (tries, gate) = (AtomicU32::new(0), tokio::sync::Barrier::new(2));
    let lock = async |rows: [i32; 2]| {
        let first = AtomicU32::new(0);
        db.transact_with(TransactionOptions::new().retries(10), async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            tx.execute("UPDATE t SET v = v + 10 WHERE n = $1", &[&rows[0]]).await?;
            if first.fetch_add(1, Ordering::Relaxed) == 0 {
                gate.wait().await;
            }
            tx.execute("UPDATE t SET v = v + 10 WHERE n = $1", &[&rows[1]]).await?;
            Ok::<_, Error>(())
        })
        .await
    };
    let (one, two) = tokio::join!(lock([1, 2]), lock([2, 1]));
    one.expect("committed");
    two.expect("committed");
    // Further ones where the victim has its first row again before the other was woken for it.
    assert!(tries.load(Ordering::Relaxed) >= 3);
    let sum: i64 = db.query_one("SELECT sum(v) FROM t", &[]).await.expect("asked").get(0);
    assert_eq!(sum, 43);
}

/// Each waits for its own answer, whoever reads it from the connection.
pub(crate) async fn answers_several_calls_at_once(place: &Place, db: Ominipg) {
    async fn echo(tx: &Transaction, number: i32) {
        let row = tx.query_one("SELECT $1::int4, pg_sleep(0.001)", &[&number]).await.expect("answered");
        assert_eq!(row.get::<_, i32>(0), number);
    }
    let tx = Arc::new(db.transaction().await.expect("begun"));
    // One that began, and of which its task does not think for a while.
    let mut forgotten = Box::pin(echo(&tx, -1));
    let waits = poll_fn(|cx| Poll::Ready(forgotten.as_mut().poll(cx))).await.is_pending();
    echo(&tx, -2).await;
    // Where the engine runs on this thread, it has answered.
    assert_eq!(waits, place.kind != Kind::Alone);
    if waits {
        forgotten.await;
    } else {
        drop(forgotten);
    }
    let tasks = (0..8).map(|task| {
        let tx = Arc::clone(&tx);
        tokio::spawn(async move {
            for turn in 0..20 {
                let number = task * 1000 + turn * 10;
                tokio::join!(echo(&tx, number), echo(&tx, number + 1), echo(&tx, number + 2));
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        tokio::time::timeout(Duration::from_secs(60), task)
            .await
            .expect("in time")
            .expect("all were answered");
    }
    Arc::into_inner(tx).expect("no task has it").commit().await.expect("committed");
    assert_eq!(names(&db).await, "");
}
