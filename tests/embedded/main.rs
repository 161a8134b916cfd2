//! The embedded engine: its folder, its recovery, and what PostgreSQL must still be able to do inside it.

mod folder;
mod postgres;
mod recovery;
