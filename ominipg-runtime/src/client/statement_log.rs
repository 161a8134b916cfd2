use std::borrow::Cow;
use std::time::{Duration, Instant};

use tracing::Level;
use tracing::field::display;

use super::Mode;
use crate::error::{Error, ErrorKind};
use crate::param::Params;

const TARGET: &str = "ominipg::statement";

/// What is told of each statement, and when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StatementLog {
    pub(crate) mode: Option<Mode>,
    /// Whether parameters are told.
    pub(crate) parameters: bool,
    /// How long a statement takes that is warned of.
    pub(crate) slow: Option<Duration>,
}

/// That of clients which are not this library's.
pub(crate) static PLAIN: StatementLog = StatementLog { mode: None, parameters: false, slow: None };

impl StatementLog {
    /// Notes a statement that begins now, where somebody wants to know.
    ///
    /// Behind a pointer, for nobody wants to know of most, and each would have room for it.
    pub(crate) fn watch<'a>(&'a self, sql: &'a str, params: Params<'a>) -> Option<Box<Watched<'a>>> {
        let started = self.start()?;
        Some(Box::new(Watched { log: self, sql, params: Some(params), started, told: false }))
    }

    /// The time, where somebody wants to know.
    pub(crate) fn start(&self) -> Option<Instant> {
        let counted = cfg!(feature = "metrics");
        let wanted = counted || self.slow.is_some() || tracing::enabled!(target: TARGET, Level::DEBUG);
        wanted.then(Instant::now)
    }

    /// Tells of a statement that has ended; what did not end is `None`.
    pub(crate) fn tell(
        &self,
        sql: &str,
        params: Option<Params<'_>>,
        started: Instant,
        end: Option<Result<Option<u64>, &Error>>,
    ) {
        let elapsed = started.elapsed();
        let (operation, table) = (operation(sql), table(sql));
        #[cfg(feature = "metrics")]
        {
            let outcome = match &end {
                Some(Ok(_)) => "ok",
                Some(Err(_)) => "error",
                None => "dropped",
            };
            super::statement_metrics::record(operation, table, self.mode, elapsed, outcome);
        }
        let mode = self.mode.map(display);
        let (rows, error) = match end {
            Some(Ok(rows)) => (rows, None),
            Some(Err(error)) => (None, Some(class(error))),
            None => (None, Some(Cow::Borrowed("dropped"))),
        };
        let error = error.as_deref();
        let parameters = params.filter(|_| self.parameters).map(|params| display(params.shown()));
        if self.slow.is_some_and(|slow| elapsed >= slow) {
            tracing::warn!(
                target: TARGET, operation, table, rows, ?elapsed, mode, error, parameters, sql, "slow statement"
            );
        } else {
            tracing::debug!(
                target: TARGET, operation, table, rows, ?elapsed, mode, error, parameters, sql, "statement"
            );
        }
    }
}

/// A statement under way; dropped without an end, its caller stopped waiting.
pub(crate) struct Watched<'a> {
    log: &'a StatementLog,
    sql: &'a str,
    params: Option<Params<'a>>,
    started: Instant,
    told: bool,
}

impl Watched<'_> {
    /// Tells how it ended.
    pub(crate) fn end<T>(mut self, result: &Result<T, Error>, rows: impl FnOnce(&T) -> Option<u64>) {
        self.told = true;
        self.log.tell(self.sql, self.params, self.started, Some(result.as_ref().map(rows)));
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if !self.told {
            self.log.tell(self.sql, self.params, self.started, None);
        }
    }
}

/// The SQLSTATE, or what else an error is.
fn class(error: &Error) -> Cow<'static, str> {
    match (error.kind(), error.code()) {
        (ErrorKind::Database, Some(code)) => Cow::Owned(code.code().to_owned()),
        (kind, _) => Cow::Owned(format!("{kind:?}")),
    }
}

/// The first word of a statement.
fn operation(sql: &str) -> &str {
    let sql = sql.trim_start();
    &sql[..sql.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(sql.len())]
}

/// The table that a statement of generated code is about: it has the name `t` there, unless rows are copied into it.
fn table(sql: &str) -> Option<&str> {
    if let Some(copied) = sql.strip_prefix("COPY \"") {
        return copied.split_once("\" (").map(|(table, _)| table);
    }
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once("\" AS t") {
        if !after.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return before.rfind('"').map(|quote| &before[quote + 1..]);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_operation_and_table() {
        for (sql, found) in [
            ("SELECT t.\"n\" FROM \"users\" AS t WHERE true", ("SELECT", Some("users"))),
            ("INSERT INTO \"a b\" AS t (\"n\") VALUES ($1)", ("INSERT", Some("a b"))),
            ("SELECT 1 FROM \"x\" AS t1, \"y\" AS t", ("SELECT", Some("y"))),
            ("COPY \"users\" (\"n\") FROM STDIN (FORMAT binary)", ("COPY", Some("users"))),
            ("COPY (SELECT \"a\") TO STDOUT", ("COPY", None)),
            ("  select 1", ("select", None)),
            ("", ("", None)),
            ("é", ("", None)),
        ] {
            assert_eq!((operation(sql), table(sql)), found, "{sql}");
        }
    }
}
