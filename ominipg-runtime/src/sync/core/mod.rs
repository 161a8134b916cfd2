//! The part of the sync that does no input or output: what a push is, what it does next, and who wins.
//!
//! Clocks and names come from outside, so that the same events always give the same commands.
#![allow(dead_code, unused_imports)]

/// Whether a fault is on: in tests; elsewhere never.
#[cfg(test)]
macro_rules! mutant {
    ($name:ident) => {
        $crate::sync::core::mutant::is_on($crate::sync::core::mutant::Mutant::$name)
    };
}
#[cfg(not(test))]
macro_rules! mutant {
    ($name:ident) => {
        false
    };
}

mod batch;
mod bisect;
mod change;
mod clock;
mod compact;
mod edit;
mod hash;
mod image;
mod key;
mod merge;
#[cfg(test)]
mod mutant;
mod policy;
mod position;
mod push;
mod rebase;
mod reconcile;
mod stamp;
#[cfg(test)]
mod tests;

pub(crate) use self::batch::{Batch, Limits, cut, transactions};
pub(crate) use self::bisect::{Bisect, Try, Why};
pub(crate) use self::change::{Change, Op, RawChange};
pub(crate) use self::clock::{Clock, DRIFT_MS, HybridTime};
pub(crate) use self::compact::compact;
pub(crate) use self::edit::{Edit, Stamped, stamp_all};
pub(crate) use self::hash::{BatchHash, TransactionDigest};
pub(crate) use self::image::{BadImage, Image, Layout};
pub(crate) use self::key::{Key, RowKey};
pub(crate) use self::merge::{
    Action, Answer, ColumnWrite, Conflict, How, Merged, Reason, Remote, Shadow, Winner, merge, resolve,
};
pub(crate) use self::policy::Rules;
pub use self::policy::{ColumnPolicy, Policy};
pub(crate) use self::position::{Local, Mark};
pub(crate) use self::push::{Acknowledged, Applied, Command, Event, Outcome, Parked, Push, Report};
pub(crate) use self::rebase::Pushed;
pub(crate) use self::reconcile::{Reconciled, reconcile};
pub(crate) use self::stamp::{ReplicaId, Stamp};
