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

mod change;
mod clock;
mod compact;
mod edit;
mod image;
mod key;
mod merge;
#[cfg(test)]
mod mutant;
mod policy;
mod stamp;

pub(crate) use self::change::{Change, Op, RawChange};
pub(crate) use self::clock::{Clock, DRIFT_MS, HybridTime};
pub(crate) use self::compact::compact;
pub(crate) use self::edit::{Edit, Stamped, stamp_all};
pub(crate) use self::image::{BadImage, Image, Layout};
pub(crate) use self::key::{Key, RowKey};
pub(crate) use self::merge::{
    Action, Answer, ColumnWrite, Conflict, How, Merged, Reason, Remote, Shadow, Winner, merge, resolve,
};
pub(crate) use self::policy::Rules;
pub use self::policy::{ColumnPolicy, Policy};
pub(crate) use self::stamp::{ReplicaId, Stamp};
