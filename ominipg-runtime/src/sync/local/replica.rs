//! Who this database is to the server, and how far the server has its changes.

use tokio_postgres::Row;

use super::outbox::damaged;
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;
use crate::sync::core::{HybridTime, Local, Mark, ReplicaId};
use crate::sync::marks::{self, COLUMNS, Columns};

/// So many acknowledged changes stay, for a server that is set back.
const KEPT: i64 = 10_000;

/// How much of what a replica remembers is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sync) enum History {
    /// The marks that matter where the server is where it was left.
    Near,
    /// All marks that it has passed and still has the changes of: thousands, after many small pushes.
    Whole,
}

/// Who this database is; somebody new, where nobody was.
pub(in crate::sync) async fn load(tx: &Transaction, history: History) -> Result<Local, Error> {
    let (depths, batches) = match history {
        History::Near => ("depth = 0", "depth = 0 AND batch BETWEEN $1::int8 AND $1::int8 + 1"),
        History::Whole => ("true", "$1::int8 IS NOT NULL"),
    };
    let sql = format!("SELECT {COLUMNS}, id, depth FROM ominipg.replica WHERE {depths} ORDER BY depth");
    let names = tx.query(&sql, &[]).await?;
    let Some(first) = names.first() else {
        let local = Local::new(random()?, 0, HybridTime::ZERO);
        replace_with(tx, &local).await?;
        return Ok(local);
    };
    let sql = format!("SELECT {COLUMNS}, depth FROM ominipg.batches WHERE {batches} ORDER BY batch");
    let passed = tx.query(&sql, &[&first.get::<_, i64>(0)]).await?;
    let mut local = None;
    for row in names.iter().rev() {
        let replica = ReplicaId::new(row.get::<_, i64>(5).cast_unsigned());
        let of_it = passed.iter().filter(|batch| batch.get::<_, i32>(5) == row.get::<_, i32>(6));
        local = Some(Local {
            replica: replica.ok_or_else(|| damaged("a replica without a number"))?,
            mark: read(row)?,
            history: of_it.map(read).collect::<Result<_, _>>()?,
            before: local.map(Box::new),
        });
    }
    local.ok_or_else(|| damaged("no replica"))
}

fn read(row: &Row) -> Result<Mark, Error> {
    marks::read(row, 0).ok_or_else(|| damaged("a batch that is none"))
}

/// Notes who this database is from now on, in place of all that was known.
pub(in crate::sync) async fn replace_with(tx: &Transaction, local: &Local) -> Result<(), Error> {
    tx.batch_execute("DELETE FROM ominipg.replica; DELETE FROM ominipg.batches").await?;
    let (mut depth, mut next) = (0, Some(local));
    while let Some(local) = next {
        let Columns { batch, high, time, referee, hash } = (&local.mark).into();
        let id = local.replica.get().cast_signed();
        let sql = "INSERT INTO ominipg.replica (depth, id, batch, high, time, referee, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        tx.execute(sql, &[&depth, &id, &batch, &high, &time, &referee, &hash]).await?;
        for mark in &local.history {
            remember(tx, depth, mark).await?;
        }
        (depth, next) = (depth + 1, local.before.as_deref());
    }
    Ok(())
}

async fn remember(tx: &Transaction, depth: i32, mark: &Mark) -> Result<(), Error> {
    let Columns { batch, high, time, referee, hash } = mark.into();
    let sql = "INSERT INTO ominipg.batches (depth, batch, high, time, referee, hash) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, &[&depth, &batch, &high, &time, &referee, &hash]).await.map(drop)
}

/// Whether this database still has this name and this mark.
pub(in crate::sync) async fn is_still(
    tx: &Transaction,
    replica: ReplicaId,
    before: &Mark,
) -> Result<bool, Error> {
    let Columns { batch, high, time, referee, hash } = before.into();
    let sql = "SELECT FROM ominipg.replica WHERE depth = 0 AND id = $1 AND batch = $2 AND high = $3 AND time = $4 \
               AND referee = $5 AND hash = $6";
    let id = replica.get().cast_signed();
    Ok(tx.query_opt(sql, &[&id, &batch, &high, &time, &referee, &hash]).await?.is_some())
}

/// Begins anew under another name: what was captured up to a place is not sent.
pub(super) async fn begin_anew(tx: &Transaction, high_seq: i64, high_time: HybridTime) -> Result<(), Error> {
    replace_with(tx, &Local::new(random()?, high_seq, high_time)).await
}

/// Goes on to the mark that the server has, which follows another.
pub(in crate::sync) async fn advance(tx: &Transaction, follows: &Mark, mark: Mark) -> Result<(), Error> {
    move_to(tx, mark).await?;
    let Columns { batch, high, hash, .. } = (&mark).into();
    let sql = "SELECT FROM ominipg.batches WHERE depth = 0 AND batch = $1 AND high = $2 AND hash = $3";
    if tx.query_opt(sql, &[&batch, &high, &hash]).await?.is_none() {
        let sql = "DELETE FROM ominipg.batches WHERE depth = 0 AND batch > $1";
        tx.execute(sql, &[&follows.batch_no.cast_signed()]).await?;
        remember(tx, 0, &mark).await?;
    }
    Ok(())
}

/// Lets go of changes that the server acknowledged long before a mark. Of each mark that stays, the changes behind it do too.
pub(in crate::sync) async fn forget(tx: &Transaction, mark: &Mark) -> Result<(), Error> {
    // Before the first mark that stayed all is gone already, unless it is the one that a replica begins with.
    let sql = "SELECT coalesce((SELECT CASE WHEN batch > 0 THEN high END FROM ominipg.batches WHERE depth = 0 ORDER BY batch LIMIT 1), 0), \
               (SELECT high FROM ominipg.batches WHERE depth = 0 AND high <= $1 ORDER BY batch DESC LIMIT 1)";
    let row = tx.query_one(sql, &[&(mark.high_seq - KEPT)]).await?;
    let (gone, Some(high)) = (row.get::<_, i64>(0), row.get::<_, Option<i64>>(1)) else { return Ok(()) };
    // Without its lower bound the scan would begin among what was deleted before.
    tx.execute("DELETE FROM ominipg.changes WHERE seq > $1 AND seq <= $2", &[&gone, &high]).await?;
    tx.execute("DELETE FROM ominipg.batches WHERE high < $1", &[&high]).await?;
    let sql = "DELETE FROM ominipg.replica WHERE depth >= \
               (SELECT min(depth) FROM ominipg.replica WHERE depth > 0 AND high < $1)";
    tx.execute(sql, &[&high]).await.map(drop)
}

/// Goes to another mark of the history, where the server is.
pub(in crate::sync) async fn move_to(tx: &Transaction, mark: Mark) -> Result<(), Error> {
    let Columns { batch, high, time, referee, hash } = (&mark).into();
    let sql = "UPDATE ominipg.replica SET batch = $1, high = $2, time = $3, referee = $4, hash = $5, \
               acknowledged_at = clock_timestamp() WHERE depth = 0";
    tx.execute(sql, &[&batch, &high, &time, &referee, &hash]).await.map(drop)
}

/// A number for a new replica: positive, and not the server's own, which is 1.
fn random() -> Result<ReplicaId, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(ErrorKind::Sync, format!("no random number for a replica: {error}")))?;
    let number = (u64::from_ne_bytes(bytes) >> 1).max(2);
    ReplicaId::new(number).ok_or_else(|| damaged("a replica without a number"))
}
