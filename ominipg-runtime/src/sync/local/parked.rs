use crate::error::Error;
use crate::session::Transaction;
use crate::sync::remote::Reject;

/// A change that the server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParkedChange {
    /// Its number among the changes.
    pub seq: i64,
    /// The table.
    pub table: String,
    /// `INSERT`, `UPDATE` or `DELETE`.
    pub operation: &'static str,
    /// The SQLSTATE of the server's error, or that of a policy which hides the row, `42501`.
    pub code: String,
    /// What the server said.
    pub message: String,
    /// When it was parked.
    pub at: jiff::Timestamp,
}

/// Sets refused changes aside.
pub(in crate::sync) async fn park(tx: &Transaction, rejects: &[Reject]) -> Result<(), Error> {
    if rejects.is_empty() {
        return Ok(());
    }
    let sql = "WITH refused AS (SELECT * FROM unnest($1::int8[], $2::text[], $3::text[]) r (seq, code, message)), \
               gone AS (DELETE FROM ominipg.changes c USING refused WHERE c.seq = refused.seq RETURNING c.*) \
               INSERT INTO ominipg.parked (seq, tx, layout, op, at, old, new, code, message) \
               SELECT seq, tx, layout, op, at, old, new, code, message FROM gone JOIN refused USING (seq) \
               ON CONFLICT DO NOTHING";
    let seqs: Vec<i64> = rejects.iter().map(|reject| reject.seq).collect();
    let codes: Vec<&str> = rejects.iter().map(|reject| reject.code.as_str()).collect();
    let messages: Vec<&str> = rejects.iter().map(|reject| reject.message.as_str()).collect();
    tx.execute(sql, &[&seqs, &codes, &messages]).await.map(drop)
}

/// The changes that were set aside, the oldest first.
pub(in crate::sync) async fn list(db: &Transaction) -> Result<Vec<ParkedChange>, Error> {
    let sql = "SELECT p.seq, l.name, p.op, p.code, p.message, p.parked_at FROM ominipg.parked p \
               JOIN ominipg.layouts l ON l.id = p.layout ORDER BY p.seq";
    let rows = db.query(sql, &[]).await?;
    let parked = |row: &tokio_postgres::Row| ParkedChange {
        seq: row.get(0),
        table: row.get(1),
        operation: match u8::try_from(row.get::<_, i8>(2)) {
            Ok(b'I') => "INSERT",
            Ok(b'U') => "UPDATE",
            _ => "DELETE",
        },
        code: row.get(3),
        message: row.get(4),
        at: row.get(5),
    };
    Ok(rows.iter().map(parked).collect())
}

/// Puts what was set aside behind the changes that wait, in its order; gives how many.
pub(in crate::sync) async fn retry(tx: &Transaction) -> Result<u64, Error> {
    let sql = "WITH again AS (DELETE FROM ominipg.parked RETURNING *) \
               INSERT INTO ominipg.changes (tx, layout, op, at, old, new) \
               SELECT tx, layout, op, at, old, new FROM again ORDER BY seq";
    tx.execute(sql, &[]).await
}

/// Forgets what was set aside; gives how many.
pub(in crate::sync) async fn discard(tx: &Transaction) -> Result<u64, Error> {
    tx.execute("DELETE FROM ominipg.parked", &[]).await
}
