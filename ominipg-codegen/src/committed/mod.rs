//! Output that is committed: written, and compared without writing.

mod compare;
mod write;

pub use write::Written;
