//! Statements as metrics, for whatever recorder the program has installed for the crate `metrics`.

use std::time::Duration;

use metrics::{Label, SharedString, Unit};

use super::Mode;

/// How many statements there were: by operation, table, mode and outcome.
const COUNT: &str = "ominipg_statements_total";
/// How long they took: by operation, table and mode.
const TIME: &str = "ominipg_statement_seconds";

/// What statements begin with; whatever else somebody sends counts as one, so that there are only so many series.
const OPERATIONS: [&str; 22] = [
    "ALTER",
    "ANALYZE",
    "BEGIN",
    "CALL",
    "COMMIT",
    "COPY",
    "CREATE",
    "DELETE",
    "DROP",
    "EXPLAIN",
    "FETCH",
    "INSERT",
    "LISTEN",
    "MERGE",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "UPDATE",
    "VACUUM",
    "WITH",
];

/// Tells the recorder what they are.
pub(super) fn describe() {
    metrics::describe_counter!(COUNT, "Statements that ended");
    metrics::describe_histogram!(TIME, Unit::Seconds, "Time from a statement's call to its end");
}

/// Counts a statement that has ended.
pub(super) fn record(
    operation: &str,
    table: Option<&str>,
    mode: Option<Mode>,
    elapsed: Duration,
    outcome: &'static str,
) {
    let known = OPERATIONS.iter().find(|known| known.eq_ignore_ascii_case(operation));
    let mode = mode.map_or(SharedString::const_str("client"), |mode| mode.to_string().into());
    let mut labels = vec![
        Label::from_static_parts("operation", known.copied().unwrap_or("other")),
        Label::new("table", table.unwrap_or_default().to_owned()),
        Label::new("mode", mode),
    ];
    metrics::histogram!(TIME, labels.clone()).record(elapsed);
    labels.push(Label::from_static_parts("outcome", outcome));
    metrics::counter!(COUNT, labels).increment(1);
}
