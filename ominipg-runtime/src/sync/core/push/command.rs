use super::super::batch::Batch;
use super::super::position::{Local, Mark};
use super::super::stamp::ReplicaId;
use super::report::Report;

/// What to do next. Each is answered by one event.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Read again what the replica knows of itself: [`Event::Local`](super::Event::Local).
    ReadLocal,
    /// Ask the server for the replica's row of the ledger: [`Event::Ledger`](super::Event::Ledger).
    ReadLedger {
        /// Whose.
        replica: ReplicaId,
    },
    /// Read the change log in its order: [`Event::Changes`](super::Event::Changes).
    ReadChanges {
        /// After this place.
        after: i64,
        /// Up to this one, with it.
        through: Option<i64>,
        /// About so many changes, and at least one.
        rows: usize,
        /// About so many bytes of images.
        bytes: usize,
    },
    /// Ask the server for the batches that it has applied under the replica's name: [`Event::Pushed`](super::Event::Pushed).
    ReadPushed {
        /// Whose.
        replica: ReplicaId,
        /// From this batch on, with it. Those that the server has forgotten are left out.
        from: u64,
    },
    /// Apply a batch in one transaction of the server, with the ledger: [`Event::Applied`](super::Event::Applied), or
    /// [`Event::LostRace`](super::Event::LostRace) where the ledger no longer has what came before.
    Apply(Box<Batch>),
    /// Note in one local transaction that a batch has arrived: [`Event::Noted`](super::Event::Noted).
    ///
    /// What is noted is [`Local::advance`](super::super::Local::advance). Here and wherever something is noted, it is only if the
    /// replica still has this name and this mark: else another push has gone on from them, and the answer is
    /// [`Event::Overtaken`](super::Event::Overtaken).
    Acknowledge {
        /// Whose.
        replica: ReplicaId,
        /// The mark that it has.
        before: Mark,
        /// The mark that the batch follows: that one, or an older one where the batch is not the next.
        follows: Mark,
        /// How far that is.
        mark: Mark,
        /// What the server did with it.
        answer: Acknowledged,
    },
    /// Note in one local transaction that the server is elsewhere; the history stays: [`Event::Noted`](super::Event::Noted).
    MoveTo {
        /// Whose.
        replica: ReplicaId,
        /// The mark that it has.
        before: Mark,
        /// Where it is.
        mark: Mark,
    },
    /// Note in one local transaction who the replica is from now on, in place of all that it knew of itself:
    /// [`Event::Noted`](super::Event::Noted).
    Become {
        /// The old name.
        replica: ReplicaId,
        /// The mark that it has.
        before: Mark,
        /// All that it knows of itself now.
        local: Box<Local>,
    },
    /// Nothing more.
    Finish(Box<Report>),
}

/// What is known of a batch that has arrived.
#[derive(Clone, Debug)]
pub(crate) enum Acknowledged {
    /// The server has answered.
    Answered,
    /// The answer was lost. What was parked, the server keeps.
    Lost,
}
