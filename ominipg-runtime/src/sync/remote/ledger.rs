//! What makes a push happen exactly once: its number is written with its rows, or neither is.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::write::number;
use crate::error::Error;
use crate::session::Transaction;
use crate::sync::core::{Batch, Pushed, ReplicaId};
use crate::sync::marks::{self, COLUMNS, Columns};

/// Settings that decide what values mean, and the mark that the rows are stamped by who sends them.
pub(crate) const SETTINGS: &str = "SET LOCAL ominipg.applying = 'on'; SET LOCAL DateStyle = 'ISO, YMD'; \
    SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; \
    SET LOCAL TimeZone = 'UTC'; SET LOCAL xmlbinary = 'base64'; SET LOCAL client_min_messages = warning; \
    SET CONSTRAINTS ALL DEFERRED";

/// A server keeps so many of a replica's last batches.
const KEPT: i64 = 1000;

/// Writes a batch down: false where the ledger is not where it was, so that somebody else is this replica.
pub(crate) async fn write(tx: &Transaction, batch: &Batch) -> Result<bool, Error> {
    if ledger_is_off!() {
        return Ok(true);
    }
    let first = batch.previous.batch_no == 0;
    let moved = if first {
        "INSERT INTO ominipg.ledger (replica, batch, high, time, referee, hash) \
         SELECT $1, $2, $3, $4, $5, $6 WHERE $8::bytea IS NOT NULL ON CONFLICT DO NOTHING RETURNING 1"
    } else {
        "UPDATE ominipg.ledger SET batch = $2, high = $3, time = $4, referee = $5, hash = $6, seen_at = clock_timestamp() \
         WHERE replica = $1 AND batch = $2::int8 - 1 AND hash = $8 RETURNING 1"
    };
    let sql = format!(
        "WITH moved AS ({moved}), kept AS (INSERT INTO ominipg.batches SELECT $1, $2, $3, $4, $5, $6, $7::int8[] FROM moved) \
         SELECT count(*) FROM moved"
    );
    let Columns { batch: number_of, high, time, referee, hash } = (&batch.mark).into();
    let previous = batch.previous.hash.0.to_vec();
    let trail: Vec<i64> = batch.trail.iter().map(|digest| digest.cast_signed()).collect();
    let me = number(batch.replica);
    let params: [&(dyn ToSql + Sync); 8] =
        [&me, &number_of, &high, &time, &referee, &hash, &trail, &previous];
    let moved = tx.query_one(&sql, &params).await?.get::<_, i64>(0) == 1;
    if moved && number_of % 100 == 0 {
        let sql = "DELETE FROM ominipg.batches WHERE replica = $1 AND batch < $2";
        tx.execute(sql, &[&me, &(number_of - KEPT)]).await?;
    }
    Ok(moved)
}

/// The batches of a replica that the server remembers, from one on.
pub(crate) async fn pushed(tx: &Transaction, replica: ReplicaId, from: u64) -> Result<Vec<Pushed>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, trail FROM ominipg.batches WHERE replica = $1 AND batch >= $2 ORDER BY batch"
    );
    let rows = tx.query(&sql, &[&number(replica), &from.cast_signed()]).await?;
    let pushed = |row: &Row| {
        let trail: Vec<i64> = row.get(5);
        Some(Pushed {
            mark: marks::read(row, 0)?,
            trail: trail.into_iter().map(i64::cast_unsigned).collect(),
        })
    };
    Ok(rows.iter().filter_map(pushed).collect())
}

/// A change that the server refused, as it remembers it.
#[derive(Debug, Clone)]
pub(crate) struct Reject {
    pub(crate) seq: i64,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Writes down which changes of a batch were refused, and why.
pub(crate) async fn reject(
    tx: &Transaction,
    replica: ReplicaId,
    batch: i64,
    rejects: &[Reject],
) -> Result<(), Error> {
    if rejects.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO ominipg.rejects SELECT $1, $2, * FROM unnest($3::int8[], $4::text[], $5::text[])";
    let seqs: Vec<i64> = rejects.iter().map(|reject| reject.seq).collect();
    let codes: Vec<&str> = rejects.iter().map(|reject| reject.code.as_str()).collect();
    let messages: Vec<&str> = rejects.iter().map(|reject| reject.message.as_str()).collect();
    tx.execute(sql, &[&number(replica), &batch, &seqs, &codes, &messages]).await.map(drop)
}

/// The refused changes of a batch whose answer was lost.
pub(crate) async fn rejects(tx: &Transaction, replica: ReplicaId, batch: i64) -> Result<Vec<Reject>, Error> {
    let sql = "SELECT seq, code, message FROM ominipg.rejects WHERE replica = $1 AND batch = $2 ORDER BY seq";
    let rows = tx.query(sql, &[&number(replica), &batch]).await?;
    let reject =
        |row: &tokio_postgres::Row| Reject { seq: row.get(0), code: row.get(1), message: row.get(2) };
    Ok(rows.iter().map(reject).collect())
}
