//! Asks PostgreSQL itself what the schema comes to: it is made aside, in temporary tables that are gone with the transaction, so that
//! both sides are printed alike.

use super::compare::compare;
use super::difference::{Difference, Differences};
use crate::catalog::{self, Catalog};
use crate::client::Ominipg;
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;
use crate::session::Transaction;

/// Names are looked for among the temporary tables first, and made there.
const ASIDE: &str = "SELECT set_config('search_path', 'pg_temp, ' || current_setting('search_path'), true)";

impl Ominipg {
    /// Compares the database with a schema: tables, columns, types, defaults, keys, checks, foreign keys, indexes and enums. Tables
    /// that the schema does not know are left alone, as are comments and further indexes that are not unique.
    ///
    /// PostgreSQL makes the schema's tables once more for that, as temporary ones, and rolls back; nothing of the database
    /// is locked or changed. Its role needs no more than to read it, and the right to temporary tables, which everybody has
    /// unless it was taken away.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] where there are differences, with all of them in [`Error::differences`]; and where PostgreSQL
    /// cannot be asked.
    pub async fn verify_schema(&self, schema: &Schema) -> Result<(), Error> {
        let differences = differences(self, schema).await?;
        if differences.is_empty() {
            return Ok(());
        }
        let differences = Differences(differences);
        let message = format!("the database is not what the schema says:\n{differences}");
        Err(Error::new(ErrorKind::Schema, message).with_source(differences))
    }

    /// What the database has in the schema that comes first in `search_path`.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn catalog(&self) -> Result<Catalog, Error> {
        catalog::read(&Transaction::begin(self.backend(), self.limits()).await?).await
    }
}

async fn differences(db: &Ominipg, schema: &Schema) -> Result<Vec<Difference>, Error> {
    let tx = Transaction::begin(db.backend(), db.limits()).await?;
    let found = catalog::read(&tx).await?;
    tx.query(ASIDE, &[]).await?;
    for statement in schema.ddl {
        let context = || "making the schema's tables aside, to compare the database with them";
        tx.batch_execute(statement).await.map_err(|error| error.context(context()))?;
    }
    let wanted = catalog::read(&tx).await?;
    tx.rollback().await?;
    Ok(compare(&wanted, &found))
}
