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
    let sql = format!("SELECT {COLUMNS}, id FROM ominipg.replica FOR UPDATE");
    let Some(row) = tx.query_opt(&sql, &[]).await? else {
        let local = Local::new(random()?, 0, HybridTime::ZERO);
        name(tx, &local).await?;
        return Ok(local);
    };
    let mark = read(&row)?;
    let replica = ReplicaId::new(row.get::<_, i64>(5).cast_unsigned());
    let replica = replica.ok_or_else(|| damaged("a replica without a number"))?;
    let own = mark.batch_no.cast_signed();
    let near = match history {
        History::Near => " WHERE batch BETWEEN $1::int8 AND $1::int8 + 1",
        History::Whole => " WHERE $1::int8 IS NOT NULL",
    };
    let sql = format!("SELECT {COLUMNS} FROM ominipg.batches{near} ORDER BY batch");
    let history = tx.query(&sql, &[&own]).await?.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Local { replica, mark, history })
}

fn read(row: &Row) -> Result<Mark, Error> {
    marks::read(row, 0).ok_or_else(|| damaged("a batch that is none"))
}

/// Notes who this database is from now on; what it remembers of others' batches is forgotten.
async fn name(tx: &Transaction, local: &Local) -> Result<(), Error> {
    let Columns { batch, high, time, referee, hash } = (&local.mark).into();
    let id = local.replica.get().cast_signed();
    let sql = "INSERT INTO ominipg.replica (id, batch, high, time, referee, hash) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (one) DO UPDATE SET id = $1, batch = $2, high = $3, time = $4, referee = $5, hash = $6";
    tx.execute(sql, &[&id, &batch, &high, &time, &referee, &hash]).await?;
    tx.execute("DELETE FROM ominipg.batches", &[]).await?;
    remember(tx, &local.mark).await
}

async fn remember(tx: &Transaction, mark: &Mark) -> Result<(), Error> {
    let Columns { batch, high, time, referee, hash } = mark.into();
    let sql = "INSERT INTO ominipg.batches (batch, high, time, referee, hash) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, &[&batch, &high, &time, &referee, &hash]).await.map(drop)
}

/// Who this database is, if it still has this name and this mark.
pub(in crate::sync) async fn still(
    tx: &Transaction,
    replica: ReplicaId,
    before: &Mark,
) -> Result<Option<Local>, Error> {
    let local = load(tx, History::Near).await?;
    Ok(Some(local).filter(|local| local.replica == replica && local.mark == *before))
}

/// Takes a new name, under which the server has nothing yet but what was sent under the old one.
pub(in crate::sync) async fn rename(
    tx: &Transaction,
    new: ReplicaId,
    high_seq: i64,
    high_time: HybridTime,
) -> Result<(), Error> {
    name(tx, &Local::new(new, high_seq, high_time)).await
}

/// Goes on to the mark that the server has. Acknowledged changes are let go after a while.
pub(in crate::sync) async fn advance(tx: &Transaction, local: &Local, mark: Mark) -> Result<(), Error> {
    move_to(tx, mark).await?;
    if !local.history.iter().any(|own| own.agrees(&mark)) {
        let batch = mark.batch_no.cast_signed();
        tx.execute("DELETE FROM ominipg.batches WHERE batch >= $1", &[&batch]).await?;
        remember(tx, &mark).await?;
    }
    // What is old goes now and then: looking for it costs more than the push of one row.
    let is_due = mark.batch_no % 64 == 0 || mark.high_seq - local.mark.high_seq > KEPT / 4;
    if is_due {
        forget(tx, mark.high_seq - KEPT).await?;
    }
    Ok(())
}

/// Lets go of the changes up to about a place. Of each mark that stays, the changes behind it do too.
async fn forget(tx: &Transaction, up_to: i64) -> Result<(), Error> {
    let sql = "SELECT batch, high FROM ominipg.batches WHERE high <= $1 ORDER BY batch DESC LIMIT 1";
    let Some(row) = tx.query_opt(sql, &[&up_to]).await? else { return Ok(()) };
    let (batch, high): (i64, i64) = (row.get(0), row.get(1));
    tx.execute("DELETE FROM ominipg.changes WHERE seq <= $1", &[&high]).await?;
    tx.execute("DELETE FROM ominipg.batches WHERE batch < $1", &[&batch]).await.map(drop)
}

/// Goes to another mark of the history, where the server is.
pub(in crate::sync) async fn move_to(tx: &Transaction, mark: Mark) -> Result<(), Error> {
    let Columns { batch, high, time, referee, hash } = (&mark).into();
    let sql = "UPDATE ominipg.replica SET batch = $1, high = $2, time = $3, referee = $4, hash = $5, \
               acknowledged_at = clock_timestamp()";
    tx.execute(sql, &[&batch, &high, &time, &referee, &hash]).await.map(drop)
}

/// A number for a new replica: positive, and not the server's own, which is 1.
pub(super) fn random() -> Result<ReplicaId, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(ErrorKind::Sync, format!("no random number for a replica: {error}")))?;
    let number = (u64::from_ne_bytes(bytes) >> 1).max(2);
    ReplicaId::new(number).ok_or_else(|| damaged("a replica without a number"))
}
