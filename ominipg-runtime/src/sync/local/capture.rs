//! Triggers that write down what changes.

use crate::error::{Error, ErrorKind};
use crate::session::Transaction;
use crate::sync::SyncTable;

const SCHEMA: &str = include_str!("schema.sql");

/// Makes what is missing, and captures the changes of the tables from now on.
pub(in crate::sync) async fn set_up(tx: &Transaction, tables: &[SyncTable]) -> Result<(), Error> {
    tx.run("SET LOCAL client_min_messages = warning").await?;
    tx.run(SCHEMA).await?;
    for table in tables {
        let found = tx.query_one("SELECT to_regclass(quote_ident($1))::oid::int8", &[&table.name]).await?;
        let Some(oid) = found.get::<_, Option<i64>>(0) else {
            let message = format!(
                "the table `{}` is to be synced, and is not there: create it first, or add `.create_tables(true)`",
                table.name
            );
            return Err(Error::new(ErrorKind::Options, message));
        };
        tx.query("SELECT ominipg.track($1::int8::oid)", &[&oid]).await?;
    }
    Ok(())
}

/// The tables whose changes are not captured.
pub(in crate::sync) async fn uncaptured(tx: &Transaction) -> Result<Vec<String>, Error> {
    let sql = "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('ominipg', 'information_schema') \
               AND NOT starts_with(n.nspname, 'pg_') AND 4 > (SELECT count(*) FROM pg_catalog.pg_trigger t \
                 WHERE t.tgrelid = c.oid AND t.tgname LIKE 'ominipg\\_%' AND t.tgenabled = 'A') ORDER BY 1";
    Ok(tx.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect())
}

/// Lets all rows of the captured tables wait, as if they were made now, for a server that begins anew; gives how many.
pub(in crate::sync) async fn resync(tx: &Transaction) -> Result<u64, Error> {
    let (local, _) = super::replica::load(tx).await?;
    let high: i64 = tx.query_one("SELECT coalesce(max(seq), 0) FROM ominipg.changes", &[]).await?.get(0);
    super::replica::rename(
        tx,
        super::replica::random()?,
        high.max(local.mark.high_seq),
        local.mark.high_time,
    )
    .await?;
    tx.query("SELECT ominipg.send(relation, layout) FROM ominipg.tracked", &[]).await?;
    let row = tx.query_one("SELECT count(*) FROM ominipg.changes WHERE seq > $1", &[&high]).await?;
    Ok(row.get::<_, i64>(0).unsigned_abs())
}
