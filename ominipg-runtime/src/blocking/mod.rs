//! For programs without an async runtime: a handle that brings its own, and waits.

mod handle;
mod wait;

pub use self::handle::Ominipg;
