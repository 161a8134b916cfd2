use std::sync::Arc;

use super::limits::NO_LIMITS;
use super::tables::LOCK;
use crate::error::Error;
use crate::session::{Backend, Transaction};

/// Runs the statements that put extensions to use, all or nothing.
pub(super) async fn create(backend: &Arc<Backend>, statements: &[String]) -> Result<(), Error> {
    if statements.is_empty() {
        return Ok(());
    }
    let transaction = Transaction::begin(backend, &NO_LIMITS).await?;
    transaction.batch_execute(LOCK).await?;
    for statement in statements {
        let context = |error: Error| error.context(format!("the extension cannot be used, in `{statement}`"));
        transaction.batch_execute(statement).await.map_err(context)?;
    }
    transaction.commit().await
}
