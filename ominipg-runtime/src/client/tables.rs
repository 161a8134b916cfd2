use std::sync::Arc;

use super::limits::NO_LIMITS;
use crate::error::Error;
use crate::schema::Schema;
use crate::session::{Backend, Transaction};

/// Locked while tables or extensions are created or migrations run, so that two processes starting at once do not collide.
pub(crate) const LOCK: &str = "SELECT pg_advisory_xact_lock(7957712345678901)";

/// Creates what is missing of a schema, all or nothing.
pub(super) async fn create(backend: &Arc<Backend>, schema: &Schema) -> Result<(), Error> {
    let transaction = Transaction::begin(backend, &NO_LIMITS).await?;
    transaction.batch_execute(LOCK).await?;
    for statement in schema.ddl {
        let context = || format!("creating the schema's tables, in `{}`", first_line(statement));
        transaction.batch_execute(statement).await.map_err(|error| error.context(context()))?;
    }
    transaction.commit().await
}

fn first_line(statement: &str) -> &str {
    statement.trim().lines().next().unwrap_or_default()
}
