//! The embedded engine: its folder, its recovery, its backups, its extensions, its sessions and their settings, how it is stopped, and what PostgreSQL must still be
//! able to do inside it.

mod backup;
mod extensions;
mod folder;
mod log;
mod memory;
mod postgres;
mod recovery;
mod sessions;
mod settings;
mod stop;
mod storm;
mod vacuum;
