//! Migrations: from the snapshot of what the tables were to what the schemas say today.

mod diff;
mod draft;
mod expand;
mod folder;
mod snapshot;

pub use draft::{Draft, Migrate};
pub(crate) use expand::constant;
pub use expand::expand_migrations;
pub use folder::{MigrationFile, migrations};
