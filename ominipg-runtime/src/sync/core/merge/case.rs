use std::sync::Arc;

use super::super::edit::Edit;
use super::super::image::Image;
use super::super::policy::{ColumnPolicy, Rules};
use super::conflict::{Conflict, Reason, Winner};
use super::merged::{Action, ColumnWrite, How, Merged};
use super::shadow::Remote;

/// A row of the server and an edit of it.
pub(super) struct Case<'a> {
    pub(super) rules: &'a Rules,
    pub(super) remote: &'a Remote,
    pub(super) edit: &'a Edit,
}

impl Case<'_> {
    /// Whether the edit is later than everything that the row has seen.
    pub(super) fn wins(&self) -> bool {
        let deletes = self.edit.row.is_none();
        (deletes && mutant!(UnversionedDelete)) || self.edit.stamp.beats(self.remote.shadow.latest())
    }

    /// Whether the last write of the row was somebody else's.
    pub(super) fn foreign(&self) -> bool {
        self.remote.shadow.latest().replica() != self.edit.replica()
    }

    /// How the edits of a column come together, by its place in the edit's image.
    pub(super) fn how(&self, column: usize) -> How {
        let name = self.edit.image().and_then(|image| image.layout.columns.get(column));
        match name.map_or(ColumnPolicy::Inherit, |name| self.rules.of(name)) {
            ColumnPolicy::Inherit => How::Set,
            ColumnPolicy::Counter if mutant!(CounterIsSet) => How::Set,
            ColumnPolicy::Counter => How::Add,
            ColumnPolicy::Max => How::Max,
        }
    }

    /// The columns that the edit has changed and that come together without a winner.
    pub(super) fn sums(&self) -> impl Iterator<Item = ColumnWrite> {
        let writes =
            self.edit.changed.iter().map(|&(column, _)| ColumnWrite { column, how: self.how(column) });
        writes.filter(|write| write.how != How::Set)
    }

    /// Whether the row of the server has another value in a column than the one from which the edit started.
    pub(super) fn moved(&self, remote: &Image, image: &Image, column: usize) -> bool {
        let base = self.edit.base.as_ref().and_then(|base| base.field_of(&image.layout, column));
        base.is_none() || remote.field_of(&image.layout, column) != base
    }

    /// The row stays as it is.
    pub(super) fn keep(&self, conflict: Option<Conflict>) -> Merged {
        let Self { remote, .. } = self;
        Merged { action: Action::Keep, shadow: remote.shadow.clone(), kept: remote.kept.clone(), conflict }
    }

    /// A conflict over the row as a whole.
    pub(super) fn conflict(&self, winner: Winner, reason: Reason) -> Conflict {
        Conflict {
            key: self.edit.key.clone(),
            local: self.edit.row.clone(),
            remote: self.remote.row.clone(),
            local_stamp: self.edit.stamp,
            remote_stamp: self.remote.shadow.latest(),
            winner,
            reason,
            columns: Vec::new(),
        }
    }

    /// A conflict over columns, if there are any.
    pub(super) fn conflict_over(&self, columns: Vec<(Arc<str>, Winner)>) -> Option<Conflict> {
        let first = columns.first()?.1;
        let winner = if columns.iter().all(|column| column.1 == first) { first } else { Winner::Both };
        let reason = if self.edit.base.is_none() { Reason::Inserted } else { Reason::Updated };
        Some(Conflict { columns, ..self.conflict(winner, reason) })
    }
}

/// Changes columns, if there are any.
pub(super) fn write(columns: Vec<ColumnWrite>) -> Action {
    if columns.is_empty() { Action::Keep } else { Action::Write(columns) }
}
