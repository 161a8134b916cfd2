//! The part of the sync that does no input or output: what a push is, what it does next, and who wins.
//!
//! Clocks and names come from outside, so that the same events always give the same commands.

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

pub(crate) use self::batch::{Batch, Limits};
pub(crate) use self::bisect::{Bisect, Try, Why};
pub(crate) use self::change::{Op, RawChange};
pub(crate) use self::clock::HybridTime;
pub(crate) use self::compact::compact;
pub(crate) use self::edit::Edit;
pub(crate) use self::hash::BatchHash;
pub(crate) use self::image::{Image, Layout};
pub(crate) use self::key::RowKey;
pub(crate) use self::merge::{
    Action, Answer, ColumnWrite, Conflict, How, Merged, Remote, Shadow, merge, resolve,
};
pub(crate) use self::policy::Rules;
pub use self::policy::{ColumnPolicy, Policy};
pub(crate) use self::position::{Local, Mark};
pub(crate) use self::push::{Acknowledged, Command, Event, Outcome, Push, Report};
pub(crate) use self::rebase::Pushed;
pub(crate) use self::stamp::{ReplicaId, Stamp};
#[cfg(test)]
use self::{
    batch::{cut, transactions},
    change::Change,
    clock::Clock,
    edit::{Stamped, stamp_all},
    hash::TransactionDigest,
    image::BadImage,
    key::Key,
    merge::{Reason, Winner},
};
