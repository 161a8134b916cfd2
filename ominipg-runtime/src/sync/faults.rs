//! Points of a push, and of the lending of numbers, at which tests let something break. Without the feature `sync-faults` nothing of it is there.

/// Tells tests that a push is at a point.
macro_rules! reached {
    ($point:ident) => {
        #[cfg(feature = "sync-faults")]
        $crate::sync::faults::reached($crate::sync::faults::SyncPoint::$point)
    };
}

/// Whether a test has switched the ledger off.
macro_rules! ledger_is_off {
    () => {
        cfg!(feature = "sync-faults") && $crate::sync::faults::ledger_is_off()
    };
}

#[cfg(feature = "sync-faults")]
pub use self::points::*;

/// Never, where no test can.
#[cfg(not(feature = "sync-faults"))]
pub(super) const fn ledger_is_off() -> bool {
    false
}

#[cfg(feature = "sync-faults")]
mod points {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, PoisonError, RwLock};

    /// A point of a push, or of the lending of numbers.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum SyncPoint {
        /// The push begins: what it sends has been committed here.
        Begun,
        /// The changes of a batch, or their end, have been read.
        Read,
        /// The server's transaction has begun.
        RemoteBegun,
        /// A part of the rows has been copied.
        Copying,
        /// All rows of a table have been copied.
        Copied,
        /// Rows of a table have been inserted and updated.
        Upserted,
        /// Rows of a table have been deleted.
        Deleted,
        /// The ledger has been written.
        Ledger,
        /// The server's transaction is about to be committed.
        Committing,
        /// The server has answered that it is committed.
        Committed,
        /// What was sent has been cleared here, in a transaction that is under way.
        Cleared,
        /// That transaction has been committed.
        Noted,
        /// Numbers have been taken of a sequence of the server, in a transaction that is under way.
        Lending,
        /// That transaction has been committed.
        Lent,
        /// The sequence here counts within them, in a transaction that is under way.
        Counting,
    }

    impl SyncPoint {
        /// Those of a push, in their order.
        pub const ALL: [Self; 12] = [
            Self::Begun,
            Self::Read,
            Self::RemoteBegun,
            Self::Copying,
            Self::Copied,
            Self::Upserted,
            Self::Deleted,
            Self::Ledger,
            Self::Committing,
            Self::Committed,
            Self::Cleared,
            Self::Noted,
        ];

        /// Those of numbers that are lent, in their order.
        pub const SEQUENCES: [Self; 3] = [Self::Lending, Self::Lent, Self::Counting];
    }

    type Hook = Arc<dyn Fn(SyncPoint) + Send + Sync>;

    static HOOK: RwLock<Option<Hook>> = RwLock::new(None);
    static LEDGER_IS_OFF: AtomicBool = AtomicBool::new(false);

    /// Calls `hook` at each point of all pushes of this process, in place of the one before.
    pub fn at_sync_points(hook: impl Fn(SyncPoint) + Send + Sync + 'static) {
        *HOOK.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(hook));
    }

    /// Whether pushes ask and write the ledger, as they do: a test switches it off to see that it notices.
    pub fn switch_ledger(on: bool) {
        LEDGER_IS_OFF.store(!on, Ordering::Relaxed);
    }

    pub(in crate::sync) fn ledger_is_off() -> bool {
        LEDGER_IS_OFF.load(Ordering::Relaxed)
    }

    pub(in crate::sync) fn reached(point: SyncPoint) {
        let hook = HOOK.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(hook) = hook {
            hook(point);
        }
    }
}
