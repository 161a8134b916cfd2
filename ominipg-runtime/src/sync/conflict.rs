use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// Two changes of the same row, of which one is to give way: what [`ConnectOptions::on_conflict`] decides.
///
/// Rows are JSON objects by column, as PostgreSQL's `to_jsonb` makes them.
///
/// [`ConnectOptions::on_conflict`]: crate::ConnectOptions::on_conflict
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SyncConflict {
    /// The table.
    pub table: String,
    /// The row from which the change here started; none where it made the row.
    pub base: Option<Value>,
    /// What the change here made of it; none where it deleted the row.
    pub local: Option<Value>,
    /// What the server has; none where the row is deleted there.
    pub server: Option<Value>,
    /// Whether the change here is the later one.
    pub local_is_later: bool,
}

/// What becomes of a row that two have changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// The change here wins.
    Local,
    /// What the server has stays.
    Server,
    /// The row becomes this: a JSON object by column.
    Row(Value),
}

/// A program's own rule for conflicts.
#[derive(Clone)]
pub(crate) struct Resolver(pub(crate) Arc<dyn Fn(&SyncConflict) -> Resolution + Send + Sync>);

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}
