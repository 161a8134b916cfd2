//! Triggers that write down what changes.

use tokio_postgres::Row;

use super::outbox::damaged;
use crate::error::Error;
use crate::session::Transaction;
use crate::sync::SyncTable;

const SCHEMA: &str = include_str!("schema.sql");

/// Makes what is missing, and captures the changes of the tables from now on: gives which those are. Where no table is named, they
/// are those of the last time.
pub(in crate::sync) async fn set_up(tx: &Transaction, tables: &[SyncTable]) -> Result<Vec<SyncTable>, Error> {
    tx.run("SET LOCAL client_min_messages = warning").await?;
    tx.run(SCHEMA).await?;
    if !tables.is_empty() {
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        tx.execute("DELETE FROM ominipg.wanted WHERE name <> ALL ($1)", &[&names]).await?;
    }
    for table in tables {
        let (policy, columns) = table.to_row();
        let sql = "INSERT INTO ominipg.wanted VALUES ($1, $2, $3::text::jsonb) \
                   ON CONFLICT (name) DO UPDATE SET policy = EXCLUDED.policy, columns = EXCLUDED.columns";
        tx.execute(sql, &[&table.name, &policy, &columns]).await?;
    }
    let old = "SELECT ominipg.untrack(relation) FROM ominipg.tracked WHERE relation <> ALL (SELECT coalesce( \
               to_regclass(quote_ident(name))::oid, 0) FROM ominipg.wanted)";
    tx.query(old, &[]).await?;
    let all = "SELECT ominipg.track(to_regclass(quote_ident(name))::oid) FROM ominipg.wanted \
               WHERE to_regclass(quote_ident(name)) IS NOT NULL ORDER BY name";
    tx.query(all, &[]).await?;
    let rows = tx.query("SELECT name, policy, columns::text FROM ominipg.wanted ORDER BY name", &[]).await?;
    let table = |row: &Row| SyncTable::of_row(row.get(0), row.get(1), row.get(2));
    rows.iter().map(|row| table(row).ok_or_else(|| damaged("an unknown policy"))).collect()
}

/// The tables whose changes are not captured, and those that are to be synced and are not there.
pub(in crate::sync) async fn uncaptured(tx: &Transaction) -> Result<Vec<String>, Error> {
    let sql = "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('ominipg', 'information_schema') \
               AND NOT starts_with(n.nspname, 'pg_') AND 4 > (SELECT count(*) FROM pg_catalog.pg_trigger t \
                 WHERE t.tgrelid = c.oid AND t.tgname LIKE 'ominipg\\_%' AND t.tgenabled = 'A') \
               UNION SELECT name FROM ominipg.wanted WHERE to_regclass(quote_ident(name)) IS NULL ORDER BY 1";
    Ok(tx.query(sql, &[]).await?.iter().map(|row| row.get(0)).collect())
}

/// Lets all rows of the captured tables wait, as if they were made now, for a server that begins anew; gives how many.
pub(in crate::sync) async fn resync(tx: &Transaction) -> Result<u64, Error> {
    let local = super::replica::load(tx, super::replica::History::Near).await?;
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
