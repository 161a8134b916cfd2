//! Whether a database is what a schema says.

mod compare;
mod difference;
mod run;

pub(crate) use self::difference::differences_of;
pub use self::difference::{Difference, DifferenceKind};
