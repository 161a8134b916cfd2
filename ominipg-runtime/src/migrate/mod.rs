//! Migrations: SQL files that are run in their order, each once.

mod ledger;
mod migration;
mod order;
mod run;
mod status;

pub use self::migration::{Migration, Migrations};
pub use self::status::{AppliedMigration, MigrationStatus};
