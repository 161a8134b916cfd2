//! Whole databases, with access to what is inside.

mod faults;
mod folder;
mod relaxed;
