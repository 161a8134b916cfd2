use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::{Histogram, Mode, Outcomes, Waiting};

/// The state of a database and its calls at one moment; displayed, a report to read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diagnostics {
    /// Where statements run.
    pub mode: Mode,
    /// This library's version.
    pub version: &'static str,
    /// PostgreSQL's version, as it told it.
    pub postgres: Option<String>,
    /// How long ago the database was opened.
    pub uptime: Duration,
    /// The engine, where the database is embedded.
    pub engine: Option<EngineState>,
    /// The pool, where the database is on a server.
    pub pool: Option<PoolState>,
    /// How many sessions there are with PostgreSQL: this handle's, and those of served clients.
    pub sessions: usize,
    /// How many calls wait for a connection.
    pub queued: usize,
    /// The calls that are not answered yet, this one among them.
    pub calls: Vec<Waiting>,
    /// How many transactions are open.
    pub open_transactions: usize,
    /// How the statements of this database ended.
    pub statements: Outcomes,
    /// How long they took, with what they waited.
    pub times: Histogram,
    /// The statements that were prepared already.
    pub statement_cache: StatementCache,
    /// The memory of this process that is in use, in bytes, where the system tells it.
    pub resident_memory: Option<u64>,
}

/// The engine of an embedded database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EngineState {
    /// The version of wasmtime, which runs it.
    pub wasmtime: &'static str,
    /// The version of the crate that PostgreSQL's WebAssembly comes from.
    pub build: &'static str,
    /// The size of PostgreSQL's own memory, in bytes; what it has not touched takes none of the machine's.
    pub memory: u64,
    /// The sessions that PostgreSQL has.
    pub sessions: usize,
    /// The sessions that wait for their turn.
    pub waiting_sessions: usize,
    /// How many statements it has begun.
    pub statements: u64,
    /// The folder of the compiled engine; none where none can be written.
    pub cache: Option<PathBuf>,
    /// Whether the engine was there, compiled, when this process first needed it.
    pub cache_hit: bool,
}

/// A pool of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PoolState {
    /// How many connections there are.
    pub size: usize,
    /// How many there may be.
    pub max_size: usize,
    /// How many are free.
    pub available: usize,
    /// How many calls wait for one.
    pub waiting: usize,
}

/// What the connections found among the statements that they keep prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementCache {
    /// Statements that were prepared already.
    pub hits: u64,
    /// Statements that were prepared first.
    pub misses: u64,
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let postgres = self.postgres.as_deref().unwrap_or("of an unknown version");
        writeln!(
            f,
            "ominipg {}, {}, PostgreSQL {postgres}, up {:.1?}",
            self.version, self.mode, self.uptime
        )?;
        if let Some(engine) = &self.engine {
            writeln!(f, "{engine}")?;
        }
        if let Some(pool) = &self.pool {
            writeln!(f, "{pool}")?;
        }
        let Self { sessions, queued, open_transactions, .. } = self;
        let calls = self.calls.len();
        writeln!(
            f,
            "{sessions} sessions, {open_transactions} open transactions, {calls} calls under way, {queued} of them waiting"
        )?;
        for call in &self.calls {
            write!(f, "  {}: {} for {:.1?}", call.id, call.kind, call.age)?;
            match call.left {
                Some(left) => writeln!(f, ", {left:.1?} left")?,
                None => writeln!(f)?,
            }
        }
        writeln!(f, "statements: {} ({})", self.statements, self.times)?;
        let StatementCache { hits, misses } = self.statement_cache;
        write!(f, "prepared statements: {hits} found, {misses} made")?;
        match self.resident_memory {
            Some(bytes) => write!(f, "\nprocess: {} MB resident", megabytes(bytes)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for EngineState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wasmtime, build, waiting_sessions, statements, .. } = self;
        let memory = megabytes(self.memory);
        write!(
            f,
            "engine: wasmtime {wasmtime}, build {build}, {memory} MB, {statements} statements begun, \
             {waiting_sessions} sessions waiting; "
        )?;
        match (&self.cache, self.cache_hit) {
            (Some(cache), true) => write!(f, "found compiled in {}", cache.display()),
            (Some(cache), false) => write!(f, "compiled into {}", cache.display()),
            (None, _) => f.write_str("compiled for this process alone"),
        }
    }
}

impl fmt::Display for PoolState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, max_size, available, waiting } = self;
        write!(f, "pool: {size} of {max_size} connections, {available} free, {waiting} calls waiting")
    }
}

fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}
