//! Runs migrations.

use super::migration::{Migration, Migrations};
use super::status::MigrationStatus;
use super::{ledger, order};
use crate::client::{LOCK, Ominipg};
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;

/// The number of the transaction, which changes where SQL ends it and begins another.
const NUMBER: &str = "SELECT pg_current_xact_id()::text";

impl Ominipg {
    /// Runs the migrations that this database has not seen, in their order, and returns their names.
    ///
    /// Each runs in a transaction of its own, with its note in `ominipg.migrations`: it is done whole, or not at all. Processes that
    /// start at the same time wait for each other. A statement may take as long as
    /// [`statement_timeout`](crate::ConnectOptions::statement_timeout) allows; [`with_timeout`](Self::with_timeout) gives more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Migration`] where a migration that ran was edited or is missing, or comes before one that ran; and where
    /// PostgreSQL refuses one: those before it are done.
    pub async fn migrate(&self, migrations: &Migrations) -> Result<Vec<String>, Error> {
        let mut done = Vec::new();
        while let Some(name) = self.migrate_next(migrations).await? {
            done.push(name);
        }
        Ok(done)
    }

    /// Runs the next migration that this database has not seen, and returns its name; `None` where there is none.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate).
    pub async fn migrate_next(&self, migrations: &Migrations) -> Result<Option<String>, Error> {
        let tx = locked(self).await?;
        let pending = order::pending(migrations, &ledger::read(&tx).await?)?;
        let Some(migration) = pending.first() else {
            tx.rollback().await?;
            return Ok(None);
        };
        run(&tx, migration).await?;
        ledger::note(&tx, migration).await?;
        tx.commit().await?;
        Ok(Some(migration.name.to_string()))
    }

    /// Notes the migrations up to a number as done without running them: for a database that has had what they make since before
    /// there were migrations. Returns their names.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate).
    pub async fn adopt_migrations(&self, migrations: &Migrations, up_to: i64) -> Result<Vec<String>, Error> {
        let tx = locked(self).await?;
        let pending = order::pending(migrations, &ledger::read(&tx).await?)?;
        let mut done = Vec::new();
        for migration in pending.into_iter().filter(|migration| migration.number <= up_to) {
            ledger::note(&tx, migration).await?;
            done.push(migration.name.to_string());
        }
        tx.commit().await?;
        Ok(done)
    }

    /// How the database stands to migrations; nothing is run.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn migration_status(&self, migrations: &Migrations) -> Result<MigrationStatus, Error> {
        let tx = Transaction::begin(self.backend(), self.limits()).await?;
        let applied = ledger::read(&tx).await?;
        tx.rollback().await?;
        let is_new = |migration: &&Migration| !applied.iter().any(|ran| ran.number == migration.number);
        let pending = migrations.iter().filter(is_new).map(|migration| migration.name.to_string()).collect();
        let problems = order::problems(migrations, &applied);
        Ok(MigrationStatus { applied, pending, problems })
    }
}

/// A transaction that no other process migrates beside, on a server or with the same embedded database.
async fn locked(db: &Ominipg) -> Result<Transaction, Error> {
    let tx = Transaction::begin(db.backend(), db.limits()).await?;
    tx.batch_execute(LOCK).await?;
    Ok(tx)
}

async fn run(tx: &Transaction, migration: &Migration) -> Result<(), Error> {
    let context = || format!("the migration {}", migration.name);
    let before: String = tx.query_one(NUMBER, &[]).await?.get(0);
    tx.batch_execute(&migration.sql).await.map_err(|error| error.context(context()))?;
    let after: String = tx.query_one(NUMBER, &[]).await?.get(0);
    if before != after {
        let message = "it ends the transaction that it runs in: take `BEGIN`, `COMMIT` and `ROLLBACK` out, and look at what of it \
                       is done already";
        return Err(Error::new(ErrorKind::Migration, message).context(context()));
    }
    Ok(())
}
