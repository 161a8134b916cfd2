//! Many sessions of one served database: what is one's own is nobody else's, and all get their turns.

mod deeds;
mod fairness;
mod model;
mod session;
mod settings;
mod trace;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ominipg::{Ominipg, Server};
use ominipg_stress::{Watchdog, number, seed};

use self::session::{Failure, Session};
use self::settings::SEATS;
use self::trace::Trace;

/// What each session does, unless `OMINIPG_STRESS_SECONDS` says how long it all goes on.
const STEPS: usize = 60;
/// How long it may take beside that.
const SLACK: Duration = Duration::from_secs(180);
/// How often in a minute a client vanishes while a long statement runs.
const VANISHING: usize = 4;

/// A served database with what the sessions share.
struct Served {
    db: Ominipg,
    server: Server,
}

impl Served {
    async fn new() -> Self {
        let db = Ominipg::connect(":memory:").await.expect("it opens");
        db.batch_execute("CREATE TABLE ledger (seat int4); CREATE SEQUENCE numbers").await.expect("it works");
        for seat in 0..SEATS {
            let own = format!(
                "CREATE SCHEMA s{seat}; CREATE TABLE s{seat}.here AS SELECT {seat} AS n; CREATE ROLE r{seat} SUPERUSER"
            );
            db.batch_execute(&own).await.expect("it works");
        }
        let server = db.serve("127.0.0.1:0").await.expect("it is served");
        Self { db, server }
    }

    async fn close(self) {
        self.server.close().await;
        self.db.close().await.expect("it closes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_apart() {
    let served = Served::new().await;
    let (seed, seconds) = (seed(), number("OMINIPG_STRESS_SECONDS"));
    let vanishing = seconds.map_or(1, |seconds| VANISHING * (seconds as usize).div_ceil(60));
    let trace = Arc::new(Trace::new(SEATS, vanishing));
    let _watchdog = {
        let trace = Arc::clone(&trace);
        Watchdog::new(Duration::from_secs(seconds.unwrap_or(0)) + SLACK, move || trace.report())
    };
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let sessions: Vec<_> = (0..SEATS)
        .map(|seat| tokio::spawn(live(seat, served.server.url(), seed, Arc::clone(&trace), until)))
        .collect();
    let mut rows = Vec::new();
    for (seat, session) in sessions.into_iter().enumerate() {
        let ended = session.await.expect("a session does not panic");
        rows.push(ended.unwrap_or_else(|failure| panic!("seed {seed}, session {seat}: {failure}")));
    }
    let (statements, longest) = trace.sum();
    println!("{statements} statements of {SEATS} sessions; the longest took {longest:?}");

    // The embedding program's own session has seen nothing of it all but what was committed.
    for (seat, rows) in rows.into_iter().enumerate() {
        let sql = "SELECT count(*) FROM ledger WHERE seat = $1";
        let found = served.db.query_one(sql, &[&(seat as i32)]).await.expect("it answers");
        assert_eq!(found.get::<_, i64>(0), rows, "rows of session {seat}");
    }
    // What sessions leave behind is taken away when they go.
    let left = "SELECT coalesce(string_agg(nspname || '.' || coalesce(relname, ''), ', '), '') FROM pg_namespace n \
         LEFT JOIN pg_class c ON relnamespace = n.oid WHERE nspname ~ '^pg_(toast_)?temp_'";
    let start = Instant::now();
    loop {
        let left: String = served.db.query_one(left, &[]).await.expect("it answers").get(0);
        if left.is_empty() {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "these temporary tables stay: {left}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    served.close().await;
}

/// One session's life; gives the rows that it has committed.
async fn live(
    seat: usize,
    url: String,
    seed: u64,
    trace: Arc<Trace>,
    until: Option<Instant>,
) -> Result<i64, Failure> {
    let mut session = Session::open(seat, &url, seed, trace).await?;
    let mut steps = 0;
    loop {
        let ends = until.map_or(steps == STEPS, |until| Instant::now() >= until);
        if ends {
            break;
        }
        steps += 1;
        session.step().await.map_err(|failure| format!("{failure}\n  after{}", session.history()))?;
    }
    session.note("(has ended)");
    Ok(session.model.committed_ledger())
}

/// PostgreSQL notes at each session's first temporary table what to do at its own end, and has room for few such notes.
#[tokio::test]
async fn every_session_may_have_temporary_tables() {
    let served = Served::new().await;
    for number in 0..100 {
        let (client, _connection) = session::connect(&served.server.url()).await.expect("it opens");
        let made = client.batch_execute("CREATE TEMP TABLE scratch (n int4); INSERT INTO scratch VALUES (1)");
        made.await.unwrap_or_else(|error| panic!("session {number}: {}", session::words(&error)));
    }
    served.close().await;
}

#[tokio::test]
async fn held_cursors_are_a_sessions_own() {
    let served = Served::new().await;
    let (one, _connection) = session::connect(&served.server.url()).await.expect("it opens");
    let (other, _connection) = session::connect(&served.server.url()).await.expect("it opens");
    for (client, number) in [(&one, 1), (&other, 2)] {
        let sql = format!("DECLARE held CURSOR WITH HOLD FOR SELECT {number}");
        client.batch_execute(&sql).await.expect("the name is free");
    }
    other.batch_execute("CLOSE ALL").await.expect("it closes its own");
    let row = one.query_one("FETCH held", &[]).await.expect("it is still there");
    assert_eq!(row.get::<_, i32>(0), 1);
    served.close().await;
}
