//! The embedded engine: its folder, its recovery, and what PostgreSQL must still be able to do inside it.

mod folder;
mod log;
mod memory;
mod postgres;
mod recovery;
