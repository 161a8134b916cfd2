//! Output that is committed: written, and compared without writing.

mod compare;
mod manifest;
mod write;

pub use manifest::Crate;
pub use write::Written;
