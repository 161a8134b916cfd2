use super::super::batch::Batch;
use super::super::clock::HybridTime;
use super::super::position::Mark;
use super::super::stamp::ReplicaId;
use super::event::Applied;
use super::report::Report;

/// What to do next. Each is answered by one event.
#[derive(Clone, Debug)]
pub(crate) enum Command {
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
    /// Ask the server for the batches that it has applied under any name of the same lineage:
    /// [`Event::Pushed`](super::Event::Pushed).
    ReadPushed {
        /// Whose.
        lineage: ReplicaId,
        /// Those whose last change has a place after this one.
        after: i64,
    },
    /// Apply a batch in one transaction of the server, with the ledger: [`Event::Applied`](super::Event::Applied), or
    /// [`Event::LostRace`](super::Event::LostRace) where the ledger no longer has what came before.
    Apply(Box<Batch>),
    /// Note in one local transaction that a batch has arrived: [`Event::Noted`](super::Event::Noted).
    ///
    /// What is noted is [`Local::advance`](super::super::Local::advance). If the replica has another name by now, another push
    /// has renamed it, and this one ends here; so it is for all that is noted.
    Acknowledge {
        /// Whose.
        replica: ReplicaId,
        /// How far that is.
        mark: Mark,
        /// What the server did with it.
        answer: Acknowledged,
    },
    /// Note in one local transaction that the server is elsewhere; the history stays: [`Event::Noted`](super::Event::Noted).
    MoveTo {
        /// Whose.
        replica: ReplicaId,
        /// Where it is.
        mark: Mark,
    },
    /// Take a new name, and note it in one local transaction with [`Local::forked`](super::super::Local::forked), which forgets
    /// the old history: [`Event::Named`](super::Event::Named).
    NewIdentity {
        /// The old name.
        old: ReplicaId,
        /// Up to here, what the change log holds has been pushed under the old name.
        high_seq: i64,
        /// Where the clock stands.
        high_time: HybridTime,
    },
    /// Nothing more.
    Finish(Box<Report>),
}

/// What is known of a batch that has arrived.
#[derive(Clone, Debug)]
pub(crate) enum Acknowledged {
    /// What the server answered.
    Answered(Applied),
    /// The answer was lost. What was parked, the server keeps.
    Lost,
}
