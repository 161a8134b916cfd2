use std::sync::Arc;

/// Who wins where two replicas have changed the same row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// The later edit, with its whole row.
    #[default]
    LastWriteWins,
    /// The later edit of each column: edits of different columns of a row both stay.
    LastWriteWinsPerColumn,
    /// What the server has, wherever somebody else has changed it since.
    ServerWins,
    /// A function of the program decides; the later edit where it does not.
    Callback,
}

/// How the edits of a column come together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColumnPolicy {
    /// As the [`Policy`] of the table says.
    #[default]
    Inherit,
    /// By sum: what an edit has added is added, so that no increment is lost.
    ///
    /// A row that is deleted takes none, so what a delete and increments leave depends on which came first.
    Counter,
    /// The greatest value stays.
    Max,
}

/// The policies of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// That of its rows.
    pub(crate) policy: Policy,
    /// Those of columns, by name; all others inherit.
    pub(crate) columns: Vec<(Arc<str>, ColumnPolicy)>,
}

impl Rules {
    /// The policy of a column.
    pub(crate) fn of(&self, column: &str) -> ColumnPolicy {
        let named = self.columns.iter().find(|(name, _)| &**name == column);
        named.map_or(ColumnPolicy::Inherit, |(_, policy)| *policy)
    }
}
