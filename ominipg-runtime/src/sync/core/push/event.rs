use super::super::change::RawChange;
use super::super::position::{Local, Mark};
use super::super::rebase::Pushed;

/// What a command has given.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// What the replica knows of itself was read.
    Local(Local),
    /// The ledger was read.
    Ledger {
        /// The replica's row of it, if it has one.
        mark: Option<Mark>,
        /// What time it is at the server, in milliseconds since 1970.
        now_ms: u64,
    },
    /// The change log was read.
    Changes {
        /// The changes, in their order.
        changes: Vec<RawChange>,
        /// Whether there are more in what was asked for.
        more: bool,
    },
    /// The server told which batches it has applied.
    Pushed(Vec<Pushed>),
    /// The server has applied the batch, perhaps without transactions that it refused.
    Applied {
        /// Edits that lost something, or made others lose it.
        conflicts: u64,
    },
    /// The ledger did not have what the batch follows. Nothing was applied.
    LostRace,
    /// It is noted.
    Noted,
    /// It is not noted: the replica has another name or mark by now.
    Overtaken,
}
