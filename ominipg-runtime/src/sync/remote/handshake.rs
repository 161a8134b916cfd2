//! What a push asks the server first.

use super::catalog::{self, ServerTable};
use super::ddl;
use super::write::number;
use crate::client::Ominipg;
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;
use crate::sync::core::{Mark, ReplicaId};
use crate::sync::marks;

/// What a server says of itself and of a replica.
#[derive(Debug)]
pub(crate) struct Handshake {
    /// Its clock, in milliseconds since 1970.
    pub(crate) now_ms: u64,
    /// What it has of the replica's changes.
    pub(crate) ledger: Option<Mark>,
    /// Whether it has all that sync needs there, for the tables that it has.
    pub(crate) is_set_up: bool,
    /// What its tables are, in short.
    pub(crate) fingerprint: String,
}

/// Each table is looked up by itself, or the planner would read the whole catalog; and the names are a sub-select, or it would
/// plan anew each time, for their number.
const ASK: &str = "\
SELECT l.batch, l.high, l.time, l.referee, l.hash, floor(extract(epoch FROM clock_timestamp()) * 1000)::int8, \
  coalesce(md5(f.told), ''), coalesce(f.is_set_up, true) \
FROM (SELECT string_agg(concat_ws(' ', w.oid, c.told, i.indkey, row_security_active(w.oid)), ',' ORDER BY w.oid) AS told, \
    bool_and(w.oid IS NULL OR $3 <= (SELECT count(*) FROM pg_catalog.pg_trigger t \
      WHERE t.tgrelid = w.oid AND t.tgname LIKE 'ominipg\\_stamp\\_%')) AS is_set_up \
  FROM (SELECT to_regclass(quote_ident(name))::oid AS oid FROM unnest((SELECT $2::text[])) n (name)) w \
  LEFT JOIN LATERAL (SELECT string_agg(concat_ws(' ', a.attname, a.atttypid, a.attnotnull, a.atthasdef, a.attgenerated, \
      a.attidentity), ',' ORDER BY a.attnum) AS told \
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped) c ON true \
  LEFT JOIN LATERAL (SELECT i.indkey FROM pg_catalog.pg_index i WHERE i.indrelid = w.oid AND i.indisprimary OFFSET 0) i ON true) f \
LEFT JOIN ominipg.ledger l ON l.replica = $1";

/// Asks; none where the server knows nothing of sync yet.
pub(crate) async fn ask(
    server: &Ominipg,
    replica: ReplicaId,
    tables: &[String],
) -> Result<Option<Handshake>, Error> {
    let row = match server.query_one(ASK, &[&number(replica), &tables, &ddl::TRIGGERS]).await {
        Err(error) if error.is_undefined_table() => return Ok(None),
        found => found?,
    };
    let now_ms = u64::try_from(row.get::<_, i64>(5)).unwrap_or_default();
    Ok(Some(Handshake {
        now_ms,
        ledger: marks::read(&row, 0),
        fingerprint: row.get(6),
        is_set_up: row.get(7),
    }))
}

/// Makes what sync needs on the server, where it is missing.
pub(crate) async fn set_up(tx: &Transaction, tables: &[String]) -> Result<(), Error> {
    // One after the other, where two replicas meet a new server.
    tx.run("SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock(7957712345678902)").await?;
    let there = tx.query_one("SELECT to_regclass('ominipg.ledger') IS NOT NULL", &[]).await?;
    if !there.get::<_, bool>(0) {
        tx.run(ddl::BASE).await.map_err(cannot)?;
    }
    let unfit = unfit(tx, tables).await?;
    for table in catalog::tables(tx, tables).await? {
        if (!table.is_set_up || unfit.contains(&table.name)) && !table.key.is_empty() {
            tx.run(&ddl::table(&table.name, &table.qualified, &table.key)).await.map_err(cannot)?;
        }
    }
    Ok(())
}

/// The tables whose marks do not fit: their key was changed since they were made.
pub(crate) async fn unfit(tx: &Transaction, tables: &[String]) -> Result<Vec<String>, Error> {
    let sql = "SELECT w.name FROM unnest($1::text[]) w (name) WHERE NOT ominipg.fits( \
               to_regclass(quote_ident(w.name)), to_regclass('ominipg_rows.' || quote_ident(w.name)))";
    Ok(tx.query(sql, &[&tables]).await?.iter().map(|row| row.get(0)).collect())
}

/// The statements of [`set_up`], for whoever may run them.
pub(crate) fn set_up_sql(tables: &[ServerTable]) -> String {
    let mut sql = ddl::BASE.to_owned();
    for table in tables.iter().filter(|table| !table.key.is_empty()) {
        sql.push('\n');
        sql.push_str(&ddl::table(&table.name, &table.qualified, &table.key));
    }
    sql
}

fn cannot(error: Error) -> Error {
    if !error.is_permission_denied() {
        return error.context("preparing the server for sync");
    }
    let message = "this role may not prepare the server for sync: let the owner of the tables run what \
                   `Ominipg::sync_setup_sql` gives";
    Error::new(ErrorKind::Sync, message).with_source_of(error)
}
