use super::super::image::BadImage;
use super::super::position::Mark;
use super::super::stamp::ReplicaId;

/// What a push has done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Batches that were applied.
    pub(crate) batches: u64,
    /// Times that the server was ahead with what the replica has too: an answer was lost, or a copy of its folder has pushed it.
    pub(crate) recovered: u64,
    /// Changes that a clock had made which runs ahead of the server's.
    pub(crate) clamped: u64,
    /// Edits that lost something, or made others lose it.
    pub(crate) conflicts: u64,
    /// Where the server was found, if it was not where the replica had left it.
    pub(crate) moved_to: Option<Mark>,
    /// The name that was given up, because another folder pushes under it.
    pub(crate) forked_from: Option<ReplicaId>,
}

impl Report {
    /// Counts a batch that was applied.
    pub(super) fn add(&mut self, clamped: u64, conflicts: u64) {
        self.batches += 1;
        self.clamped += clamped;
        self.conflicts += conflicts;
    }
}

/// How a push ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All that was there has been pushed.
    #[default]
    Done,
    /// Other pushes of the same replica came in between, again and again.
    Raced,
    /// The server was set back to before what the change log still has: the tables have to be compared.
    OutOfReach,
    /// The change log holds what cannot be read.
    BadChange {
        /// The place of the first change of the batch.
        after: i64,
        /// What is wrong.
        why: BadImage,
    },
    /// An event came that answers no command.
    OutOfTurn,
}
