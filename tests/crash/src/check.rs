//! What must hold of a database that was killed.

use std::path::Path;

use ominipg::{Ominipg, Row};

use crate::{scratch, workload};

/// A whole database answers `true` to each.
const RULES: &[(&str, &str)] = &[
    (
        "no transaction is missing between others",
        "SELECT count(DISTINCT transaction) = coalesce(max(transaction), 0) FROM ledger",
    ),
    (
        "no transaction is there in half, or twice",
        "SELECT count(*) = 0 FROM (
            SELECT transaction FROM ledger GROUP BY transaction
            HAVING count(*) <> parts(transaction) OR min(part) <> 1 OR max(part) <> parts(transaction)
        ) broken",
    ),
    (
        "every row is what was written",
        "SELECT count(*) = 0 FROM ledger WHERE id <> transaction * 1000 + part OR filler <> filler(transaction, part)",
    ),
    (
        "the total counts what is there",
        "SELECT transactions = (SELECT coalesce(max(transaction), 0) FROM ledger)
            AND rows = (SELECT count(*) FROM ledger) FROM total",
    ),
];

/// Rows by the table, by its primary key, and by its other index: what PostgreSQL may use, and what is asked.
const SCANS: [(&str, &str); 3] = [
    (
        "SET enable_seqscan = on; SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off",
        "SELECT count(*), coalesce(sum(id), 0)::text FROM ledger",
    ),
    (
        "SET enable_seqscan = off; SET enable_indexscan = on",
        "SELECT count(*), coalesce(sum(id), 0)::text FROM (SELECT id FROM ledger WHERE id > 0 ORDER BY id) by_key",
    ),
    (
        "SET enable_seqscan = off; SET enable_indexscan = on",
        "SELECT count(*), coalesce(sum(id), 0)::text
            FROM (SELECT id FROM ledger WHERE transaction > 0 ORDER BY transaction, part) by_index",
    ),
];

/// The table that some transactions make anew, with their number.
const LATEST: &str = "the table that comes and goes is of the last transaction that made it";

/// Opens the database, applies every rule, closes it, and tells the last transaction that is there.
pub(crate) async fn check(folder: &Path, relaxed: bool) -> Result<i64, String> {
    let db = Ominipg::connect(scratch::options(folder, relaxed))
        .await
        .map_err(|error| format!("the database does not open: {error}"))?;
    for (rule, sql) in RULES {
        if !one(&db, rule, sql).await?.get::<_, bool>(0) {
            return Err(format!("broken: {rule}"));
        }
    }
    let mut counted = Vec::new();
    for (settings, sql) in SCANS {
        db.batch_execute(settings).await.map_err(|error| format!("{settings}: {error}"))?;
        let row = one(&db, "counting rows", sql).await?;
        counted.push((row.get::<_, i64>(0), row.get::<_, String>(1)));
    }
    if counted.iter().any(|count| *count != counted[0]) {
        return Err(format!("broken: by the table, its key and its index there are {counted:?} rows"));
    }
    let last: i64 = one(&db, "the last transaction", workload::LAST).await?.get(0);
    let there: bool = one(&db, LATEST, "SELECT to_regclass('latest') IS NOT NULL").await?.get(0);
    let latest = if there { one(&db, LATEST, "SELECT number FROM latest").await?.get(0) } else { 0 };
    let made = (1..=last).rev().find(|number| workload::makes_latest(*number)).unwrap_or(0);
    if latest != made {
        return Err(format!("broken: {LATEST}: it is of {latest}, the last is {last}"));
    }
    db.close().await.map_err(|error| format!("the database does not close: {error}"))?;
    Ok(last)
}

async fn one(db: &Ominipg, what: &str, sql: &str) -> Result<Row, String> {
    db.query_one(sql, &[]).await.map_err(|error| format!("{what}: {error}"))
}

/// Makes the tables, in a new database that is closed again.
pub(crate) async fn prepare(folder: &Path, relaxed: bool) -> Result<(), String> {
    let db = Ominipg::connect(scratch::options(folder, relaxed)).await.map_err(|error| error.to_string())?;
    db.batch_execute(workload::TABLES).await.map_err(|error| error.to_string())?;
    db.close().await.map_err(|error| error.to_string())
}
