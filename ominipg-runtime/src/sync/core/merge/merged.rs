use super::super::image::Image;
use super::conflict::Conflict;
use super::shadow::Shadow;

/// What becomes of a row.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    /// What to do with the row.
    pub(crate) action: Action,
    /// What to keep beside it.
    pub(crate) shadow: Shadow,
    /// What to keep of a deleted row, under the policy by column alone: that edits of its columns which arrive late, and one
    /// that brings it back, find what the row would have become.
    ///
    /// Who does not keep it loses the order of arrival only for rows that are brought back.
    #[cfg_attr(not(test), expect(dead_code, reason = "the server's tables have no place for it yet"))]
    pub(crate) kept: Option<Image>,
    /// Who lost what, where somebody did.
    pub(crate) conflict: Option<Conflict>,
}

/// What to do with a row of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing. The shadow may have changed.
    Keep,
    /// Delete it, if it is there.
    Delete,
    /// Change these columns.
    Write(Vec<ColumnWrite>),
    /// Insert this row: it is not there.
    Insert(Image),
    /// Make it this one: it is there, and a program has decided how it shall be.
    Replace(Image),
    /// Ask the program, then [`resolve`](super::resolve). The rest of what came with it is what the later write would have
    /// done.
    Ask,
}

/// What to do with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ColumnWrite {
    /// Which, by its place in the layout of [`Edit::image`](super::super::Edit::image), where the new value is; what a counter
    /// started from is in the same column of [`Edit::base`](super::super::Edit::base), or is 0.
    pub(crate) column: usize,
    /// How.
    pub(crate) how: How,
}

/// How to bring a value into a column. NULL counts as 0 for a counter, and as less than all else for a maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The new value takes the place of the old.
    Set,
    /// The difference between the new value and the one it started from is added.
    Add,
    /// The new value takes the place of a lesser one.
    Max,
}
