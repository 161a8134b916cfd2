//! Statements must be told in the same way on every mode.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ominipg::{Error, Ominipg};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::blog::{NewUser, users};
use crate::place::Place;

/// Keeps the events about statements, one a line.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics"))
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "ominipg::statement"
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().expect("nobody panics").push(line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("a string takes all");
    }
}

fn person() -> NewUser {
    NewUser::new("ada@example.com", "Ada", Vec::new()).age(36).password_hash("hunter2")
}

pub(crate) async fn tells_of_statements(place: &Place, db: Ominipg) {
    let told = Told::default();
    let _guard = tracing::subscriber::set_default(told.clone());
    let mode = format!("mode={}", db.mode());
    users::create(person()).run(&db).await.expect("created");
    let lines = told.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in
        ["DEBUG", "operation=\"INSERT\"", "table=\"users\"", "rows=1", "elapsed=", &mode, "sql=\"INSERT INTO"]
    {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
    assert!(!lines[0].contains("error=") && !lines[0].contains("parameters="), "{}", lines[0]);
    assert!(!lines[0].contains("hunter2") && !lines[0].contains("Ada"), "{}", lines[0]);

    users::create(person()).run(&db).await.expect_err("she is there");
    db.query("SELECT $1::int4", &[&"text"]).await.expect_err("it is no number");
    let lines = told.take();
    assert!(lines[0].contains("error=\"23505\""), "{lines:?}");
    assert!(lines[1].contains("error=\"Parameter\"") && !lines[1].contains("table="), "{lines:?}");

    db.transact(async |tx| {
        tx.execute("UPDATE users SET age = 1", &[]).await?;
        Ok::<_, Error>(())
    })
    .await
    .expect("committed");
    let lines = told.take();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].contains("\"BEGIN\"") && lines[2].contains("\"COMMIT\""), "{lines:?}");
    assert!(lines[1].contains("\"UPDATE\"") && lines[1].contains("rows=1"), "{lines:?}");

    let mut rows = db.query_stream("SELECT 1", &[]).await.expect("begun");
    while let Some(row) = rows.next().await {
        row.expect("a row");
    }
    drop(rows);
    drop(db.copy_in("COPY users FROM STDIN").await.expect("begun"));
    if !place.is_left_out() {
        let slow = db.query("SELECT pg_sleep(60)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
        let lines = told.take();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(!lines[0].contains("error="), "{lines:?}");
        assert!(lines[1].contains("\"COPY\"") && lines[1].contains("error=\"dropped\""), "{lines:?}");
        assert!(lines[2].contains("error=\"dropped\""), "{lines:?}");
    }
    drop(_guard);
    users::find().all(&db).await.expect("found");
    assert!(told.take().is_empty());
}

pub(crate) async fn hides_what_is_secret(place: &Place, db: Ominipg) {
    db.close().await.expect("closed");
    let slow = Duration::from_millis(200);
    let db = place.open_with(|options| options.log_parameters(true).slow_statements(slow)).await;
    let told = Told::default();
    let _guard = tracing::subscriber::set_default(told.clone());
    users::create(person()).run(&db).await.expect("created");
    users::create_many([NewUser::new("b@example.com", "Bob", Vec::new()).password_hash("hunter2")])
        .run(&db)
        .await
        .expect("created");
    users::find().filter(users::password_hash().eq("hunter2")).all(&db).await.expect("found");
    users::find().filter(users::password_hash().in_(["hunter2"])).all(&db).await.expect("found");
    users::find().filter(users::password_hash().starts_with("hunter2")).all(&db).await.expect("found");
    let lines = told.take();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].contains("parameters=[") && lines[0].contains("\"ada@example.com\""), "{lines:?}");
    assert!(lines[0].contains("36") && lines[0].contains('…'), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("hunter2")), "{lines:?}");
    db.query("SELECT $1::text", &[&"mine"]).await.expect("asked");
    db.query("SELECT pg_sleep(0.3)", &[]).await.expect("asked");
    let lines = told.take();
    assert!(lines[0].starts_with("DEBUG") && lines[0].contains("[\"mine\"]"), "{lines:?}");
    assert!(lines[1].starts_with("WARN") && lines[1].contains("message=slow statement"), "{lines:?}");
}
