//! Faults that tests switch on, to see that they are noticed. Outside of tests none of it is there.

use std::cell::Cell;

/// A fault of the kind that systems of this sort are known for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Batches are applied whatever the ledger says, and pushes do not ask it first.
    NoLedger,
    /// Times decide alone: of two equal ones neither wins.
    NoTiebreak,
    /// A delete deletes, however old it is.
    UnversionedDelete,
    /// A clock that is years ahead wins for years.
    NoClamp,
    /// Batches end at the limit, in the middle of a transaction if need be.
    CutAnywhere,
    /// A batch can hold a row twice.
    NoCompaction,
    /// What was deleted counts as what never was, so that an older update brings it back.
    ForgetTombstones,
    /// A counter is set, not added to.
    CounterIsSet,
    /// The value that loses is not written down.
    SilentLoser,
    /// A copied folder keeps its name and goes on after what its twin has pushed.
    NoForkCheck,
    /// A server that was set back is taken to be in step.
    NoSetBack,
    /// What the twin of a copied folder has pushed is pushed again.
    NoRebase,
    /// A replica with a new name does not ask what the server has of the old one.
    NoOldName,
}

impl Mutant {
    /// All of them.
    pub(crate) const ALL: [Self; 13] = [
        Self::NoLedger,
        Self::NoTiebreak,
        Self::UnversionedDelete,
        Self::NoClamp,
        Self::CutAnywhere,
        Self::NoCompaction,
        Self::ForgetTombstones,
        Self::CounterIsSet,
        Self::SilentLoser,
        Self::NoForkCheck,
        Self::NoSetBack,
        Self::NoRebase,
        Self::NoOldName,
    ];
}

thread_local! {
    static ON: Cell<Option<Mutant>> = const { Cell::new(None) };
}

/// Whether a fault is on in this thread.
pub(crate) fn is_on(mutant: Mutant) -> bool {
    ON.get() == Some(mutant)
}

/// Does some work with a fault.
pub(crate) fn with<T>(mutant: Option<Mutant>, work: impl FnOnce() -> T) -> T {
    struct Off;
    impl Drop for Off {
        fn drop(&mut self) {
            ON.set(None);
        }
    }
    let _off = Off;
    ON.set(mutant);
    work()
}
