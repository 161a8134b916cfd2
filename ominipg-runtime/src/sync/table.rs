use serde_json::{Map, Value, json};

use super::core::{ColumnPolicy, Policy};
use crate::schema::{Schema, TableDef};

/// A table whose changes are sent to a server.
///
/// Those of the schema that have `x-ominipg.sync` are known already; this is for others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct SyncTable {
    pub(super) name: String,
    pub(super) policy: Policy,
    pub(super) columns: Vec<(String, ColumnPolicy)>,
}

impl SyncTable {
    /// The table of this name, as the search path finds it; the last write of a row wins.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), policy: Policy::LastWriteWins, columns: Vec::new() }
    }

    /// Who wins where somebody else changed the same row.
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// How the values of one column are brought together.
    pub fn column(mut self, name: impl Into<String>, policy: ColumnPolicy) -> Self {
        self.columns.push((name.into(), policy));
        self
    }

    /// The tables of a schema that are to be synced.
    pub(super) fn of_schema(schema: &Schema) -> impl Iterator<Item = Self> {
        schema.tables.iter().filter_map(|table: &&TableDef| {
            let sync = table.sync.as_ref()?;
            let column = |(at, policy): &(usize, ColumnPolicy)| (table.columns[*at].name.to_owned(), *policy);
            let columns = sync.columns.iter().map(column).collect();
            Some(Self { name: table.name.to_owned(), policy: sync.policy, columns })
        })
    }

    /// Its policies, as the database keeps them.
    pub(super) fn to_row(&self) -> (&'static str, String) {
        let columns: Map<String, Value> =
            self.columns.iter().map(|(name, policy)| (name.clone(), json!(column_name(*policy)))).collect();
        (policy_name(self.policy), Value::Object(columns).to_string())
    }

    /// What [`to_row`](Self::to_row) gave; nothing where it is of a newer version.
    pub(super) fn of_row(name: String, policy: &str, columns: &str) -> Option<Self> {
        let policy = POLICIES.into_iter().find(|known| policy_name(*known) == policy)?;
        let found: Map<String, Value> = serde_json::from_str(columns).ok()?;
        let mut columns = Vec::with_capacity(found.len());
        for (column, policy) in found {
            let policy = COLUMN_POLICIES.into_iter().find(|known| policy == column_name(*known))?;
            columns.push((column, policy));
        }
        Some(Self { name, policy, columns })
    }
}

const POLICIES: [Policy; 4] =
    [Policy::LastWriteWins, Policy::LastWriteWinsPerColumn, Policy::ServerWins, Policy::Callback];

const COLUMN_POLICIES: [ColumnPolicy; 3] = [ColumnPolicy::Inherit, ColumnPolicy::Counter, ColumnPolicy::Max];

/// As schemas spell it.
fn policy_name(policy: Policy) -> &'static str {
    match policy {
        Policy::LastWriteWins => "last-write-wins",
        Policy::LastWriteWinsPerColumn => "last-write-wins-per-column",
        Policy::ServerWins => "server-wins",
        Policy::Callback => "callback",
    }
}

fn column_name(policy: ColumnPolicy) -> &'static str {
    match policy {
        ColumnPolicy::Inherit => "inherit",
        ColumnPolicy::Counter => "counter",
        ColumnPolicy::Max => "max",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_come_back() {
        for policy in POLICIES {
            for column in COLUMN_POLICIES {
                let table = SyncTable::new("t").policy(policy).column("a\"b", column);
                let (name, columns) = table.to_row();
                assert_eq!(SyncTable::of_row("t".to_owned(), name, &columns), Some(table));
            }
        }
        assert_eq!(SyncTable::of_row("t".to_owned(), "newer", "{}"), None);
    }
}
