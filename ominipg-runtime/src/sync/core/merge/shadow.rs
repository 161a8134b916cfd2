use std::sync::Arc;

use super::super::image::Image;
use super::super::stamp::Stamp;

/// What the server keeps beside a row: when it was written and by whom, and whether it is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shadow {
    /// The stamp of each column that has none of its own.
    pub(crate) stamp: Stamp,
    /// The columns that were written later than that, by name, in the order of their names.
    pub(crate) columns: Vec<(Arc<str>, Stamp)>,
    /// The stamp of the delete, where the row is deleted.
    pub(crate) deleted: Option<Stamp>,
}

impl Shadow {
    /// That of a row that was written as a whole.
    pub(crate) fn of_row(stamp: Stamp) -> Self {
        Self { stamp, ..Self::default() }
    }

    /// That of a row that was deleted.
    pub(crate) fn of_deleted(stamp: Stamp) -> Self {
        Self { stamp, deleted: Some(stamp), ..Self::default() }
    }

    /// The stamp of the last write, a delete or another.
    pub(crate) fn latest(&self) -> Stamp {
        self.written().max(self.deleted.unwrap_or(Stamp::ZERO))
    }

    /// The stamp of the last write that was no delete.
    pub(crate) fn written(&self) -> Stamp {
        self.columns.iter().map(|column| column.1).max().unwrap_or(Stamp::ZERO).max(self.stamp)
    }

    /// The stamp of a column.
    pub(crate) fn of(&self, column: &str) -> Stamp {
        self.find(column).map_or(self.stamp, |at| self.columns[at].1)
    }

    /// Gives a column a stamp of its own.
    pub(super) fn set(&mut self, column: &Arc<str>, stamp: Stamp) {
        match self.find(column) {
            Ok(at) => self.columns[at].1 = stamp,
            Err(at) => self.columns.insert(at, (column.clone(), stamp)),
        }
    }

    /// Says the same in the shortest way, for a row of these columns: one stamp where all have the same.
    pub(super) fn shorten(&mut self, columns: &[Arc<str>]) {
        if let Some(least) = columns.iter().map(|column| self.of(column)).min() {
            self.columns.retain(|column| column.1 > least);
            self.stamp = least;
        }
    }

    fn find(&self, column: &str) -> Result<usize, usize> {
        self.columns.binary_search_by(|(name, _)| (**name).cmp(column))
    }
}

/// A row of the server before an edit arrives. [`default`](Self::default) is one that has never been there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remote {
    /// What is known of it. Nothing, where only the server has ever written it.
    pub(crate) shadow: Shadow,
    /// The row; nothing where it is deleted or has never been there.
    pub(crate) row: Option<Image>,
    /// What was kept of it when it was deleted: [`Merged::kept`](super::Merged::kept).
    pub(crate) kept: Option<Image>,
}
