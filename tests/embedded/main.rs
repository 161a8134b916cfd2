//! The embedded engine: its folder, its recovery, its backups, its extensions, and what PostgreSQL must still be able to do inside it.

mod backup;
mod extensions;
mod folder;
mod postgres;
mod recovery;
