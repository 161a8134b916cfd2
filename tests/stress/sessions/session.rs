//! A client that does random things, and knows what it must see.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ominipg_stress::Random;
use tokio::task::JoinHandle;
use tokio_postgres::{CancelToken, Client, NoTls, SimpleQueryMessage, Statement};

use crate::model::Model;
use crate::settings;
use crate::trace::Trace;

/// What went wrong, in words.
pub type Failure = String;

/// The statements that a failure tells.
const REMEMBERED: usize = 40;

/// What is never answered by itself in the time that a test takes.
pub const ENDLESS: &str = "SELECT count(*) FROM generate_series(1, 100000000000)";

/// A connection and its model.
pub struct Session {
    pub seat: usize,
    pub random: Random,
    pub client: Client,
    pub connection: JoinHandle<()>,
    pub model: Model,
    /// The statement that the driver prepared, under the name that it gives the first of each connection.
    pub statement: Option<Statement>,
    pub trace: Arc<Trace>,
    url: String,
    defaults: BTreeMap<&'static str, String>,
    history: VecDeque<String>,
}

/// Connects, and drives the connection in a task of its own.
pub async fn connect(url: &str) -> Result<(Client, JoinHandle<()>), Failure> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.map_err(|error| format!("no connection: {error}"))?;
    let connection = tokio::spawn(async move {
        // That it broke is told to whoever waits for an answer.
        let _ = connection.await;
    });
    Ok((client, connection))
}

impl Session {
    pub async fn open(seat: usize, url: &str, seed: u64, trace: Arc<Trace>) -> Result<Self, Failure> {
        let (client, connection) = connect(url).await?;
        let mut session = Self {
            seat,
            random: Random::new(seed ^ (seat as u64 + 1).wrapping_mul(0x51_7c_c1_b7_27_22_0a_95)),
            client,
            connection,
            model: Model::default(),
            statement: None,
            trace,
            url: url.to_owned(),
            defaults: BTreeMap::new(),
            history: VecDeque::new(),
        };
        for name in settings::NAMES {
            let value = session.text(&show(name)).await?;
            session.defaults.insert(name, value);
        }
        session.model = Model::new(session.defaults.clone(), 0);
        Ok(session)
    }

    /// A new connection in the place of the last one: it must be as the first was.
    pub async fn reconnect(&mut self) -> Result<(), Failure> {
        self.note("(reconnects)");
        (self.client, self.connection) = connect(&self.url).await?;
        self.statement = None;
        self.model = Model::new(self.defaults.clone(), self.model.committed_ledger());
        self.check().await
    }

    /// Remembers what is done.
    pub fn note(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.trace.set(self.seat, &what);
        if self.history.len() == REMEMBERED {
            self.history.pop_front();
        }
        self.history.push_back(what);
    }

    /// What was done last.
    pub fn history(&self) -> String {
        self.history.iter().fold(String::new(), |all, one| all + "\n    " + one)
    }

    /// Runs statements that must work.
    pub async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        self.note(sql);
        let start = Instant::now();
        let result = self.client.batch_execute(sql).await;
        self.trace.took(start.elapsed());
        result.map_err(|error| format!("{sql}: {}", words(&error)))
    }

    /// Runs a statement that must fail.
    pub async fn refused(&mut self, sql: &str, code: &str) -> Result<(), Failure> {
        self.note(format!("{sql} -- must fail with {code}"));
        let result = self.client.batch_execute(sql).await;
        self.model.fail();
        is_refused(sql, code, result)
    }

    /// The one value that a statement gives, by either protocol.
    pub async fn text(&mut self, sql: &str) -> Result<String, Failure> {
        self.note(sql);
        let start = Instant::now();
        let result = if self.random.one_in(2) {
            self.client.query_one(sql, &[]).await.and_then(|row| row.try_get::<_, Option<String>>(0))
        } else {
            self.client.simple_query(sql).await.map(|messages| {
                messages.iter().find_map(|message| match message {
                    SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                })
            })
        };
        self.trace.took(start.elapsed());
        result.map(Option::unwrap_or_default).map_err(|error| format!("{sql}: {}", words(&error)))
    }

    /// Asks for a value that is known.
    pub async fn expect(&mut self, sql: &str, wanted: &str) -> Result<(), Failure> {
        let found = self.text(sql).await?;
        if found == wanted { Ok(()) } else { Err(format!("{sql}: {found:?} where {wanted:?} must be")) }
    }

    /// Compares all that is the session's own with its model.
    pub async fn check(&mut self) -> Result<(), Failure> {
        if self.model.has_failed() {
            return self.refused("SELECT 1", "25P02").await;
        }
        for name in settings::NAMES {
            let wanted = self.model.setting(name).to_owned();
            self.expect(&show(name), &wanted).await?;
        }
        let path = self.model.setting("search_path").to_owned();
        if let Some(schema) = path.strip_prefix('s') {
            self.expect("SELECT n::text FROM here", schema).await?;
        }
        if let "none" | "" = self.model.setting("role") {
            self.expect("SELECT current_user::text", "postgres").await?;
        } else {
            let role = self.model.setting("role").to_owned();
            self.expect("SELECT current_user::text", &role).await?;
        }
        let ledger = format!("SELECT count(*)::text FROM public.ledger WHERE seat = {}", self.seat);
        let wanted = self.model.ledger().to_string();
        self.expect(&ledger, &wanted).await?;
        match self.model.scratch() {
            None => self.expect("SELECT (to_regclass('pg_temp.scratch') IS NULL)::text", "true").await?,
            Some(rows) => {
                let sql = format!("SELECT coalesce(sum(only_{}), 0)::text FROM pg_temp.scratch", self.seat);
                self.expect(&sql, &rows.to_string()).await?;
            }
        }
        let prepared = "SELECT count(*)::text FROM pg_prepared_statements WHERE from_sql";
        self.expect(prepared, if self.model.prepared.is_some() { "1" } else { "0" }).await?;
        if let Some(wanted) = self.model.prepared {
            self.expect("EXECUTE common", &wanted.to_string()).await?;
        }
        if let Some(number) = self.model.number {
            self.expect("SELECT currval('public.numbers')::text", &number.to_string()).await?;
        } else if !self.model.in_transaction() {
            self.refused("SELECT currval('public.numbers')", "55000").await?;
        }
        Ok(())
    }
}

/// Asks the server to cancel, after each `pause` again, until `statement` has ended; gives its end.
pub async fn cancelled<T>(token: CancelToken, pause: Duration, statement: impl Future<Output = T>) -> T {
    let ended = AtomicBool::new(false);
    let cancel = async {
        loop {
            tokio::time::sleep(pause).await;
            if ended.load(Ordering::Relaxed) {
                return;
            }
            // A request that comes before its statement cancels nothing, so that another follows.
            let _ = token.cancel_query(NoTls).await;
        }
    };
    let statement = async {
        let result = statement.await;
        ended.store(true, Ordering::Relaxed);
        result
    };
    tokio::join!(statement, cancel).0
}

/// Asks for a setting; one that nobody ever set is empty.
pub fn show(name: &str) -> String {
    format!("SELECT coalesce(current_setting('{name}', true), '')")
}

/// Whether a result is an error with that code.
pub fn is_refused<T>(sql: &str, code: &str, result: Result<T, tokio_postgres::Error>) -> Result<(), Failure> {
    match result {
        Ok(_) => Err(format!("{sql}: it worked, and must fail with {code}")),
        Err(error) if error.code().is_some_and(|is| is.code() == code) => Ok(()),
        Err(error) => Err(format!("{sql}: {} where {code} must be", words(&error))),
    }
}

/// An error with what PostgreSQL says.
pub fn words(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} {}", error.code().code(), error.message()),
        None => format!("{error:?}"),
    }
}
