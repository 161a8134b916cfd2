//! Pages that begin after the last row of the one before, whatever was added or removed meanwhile.

mod cursor;
mod find;
mod keyset;

pub use self::find::{After, Page};
pub(crate) use self::keyset::Key;
