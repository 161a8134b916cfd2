//! What the calls of a database have in common: each has a number, stands in one map until it is answered, and is answered
//! exactly once.

mod histogram;
mod kind;
mod outcome;
mod registry;
mod waiting;

pub use self::histogram::Histogram;
pub(crate) use self::histogram::Meter;
pub use self::kind::CallKind;
pub(crate) use self::outcome::Counts;
pub use self::outcome::{Outcome, Outcomes};
pub(crate) use self::registry::{Request, Requests};
pub use self::waiting::Waiting;
