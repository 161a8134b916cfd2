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
}
