//! Which migrations ran, as the database remembers.

use crate::error::Error;
use crate::session::Transaction;

use super::migration::Migration;
use super::status::AppliedMigration;

const IS_THERE: &str = "SELECT to_regclass('ominipg.migrations') IS NOT NULL";

const CREATE: &str = "\
CREATE SCHEMA IF NOT EXISTS ominipg;
CREATE TABLE ominipg.migrations (
  number int8 PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)";

const READ: &str = "SELECT number, name, checksum, applied_at FROM ominipg.migrations ORDER BY number";

const NOTE: &str = "INSERT INTO ominipg.migrations (number, name, checksum) VALUES ($1, $2, $3)";

/// What ran; nothing where nothing ever did.
pub(super) async fn read(tx: &Transaction) -> Result<Vec<AppliedMigration>, Error> {
    if !is_there(tx).await? {
        return Ok(Vec::new());
    }
    let rows = tx.query(READ, &[]).await?;
    let applied = rows.iter().map(|row| AppliedMigration {
        number: row.get(0),
        name: row.get(1),
        checksum: row.get(2),
        at: row.get(3),
    });
    Ok(applied.collect())
}

/// Notes that a migration ran.
pub(super) async fn note(tx: &Transaction, migration: &Migration) -> Result<(), Error> {
    if !is_there(tx).await? {
        tx.batch_execute(CREATE).await?;
    }
    let name: &str = &migration.name;
    tx.execute(NOTE, &[&migration.number, &name, &migration.checksum()]).await.map(drop)
}

async fn is_there(tx: &Transaction) -> Result<bool, Error> {
    Ok(tx.query_one(IS_THERE, &[]).await?.get(0))
}
