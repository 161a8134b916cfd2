//! Numbers that no two replicas hand out: each lends a block of the server's sequence, and its own counts within it.

use super::server::Server;
use crate::client::Ominipg;
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;
use crate::sql::Sql;

/// Numbers that a replica has for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SequenceBlock {
    /// The table whose column the sequence belongs to.
    pub table: String,
    /// The column.
    pub column: String,
    /// The first number of the block.
    pub first: i64,
    /// The last.
    pub last: i64,
}

/// A sequence of a captured table, and how far it is.
struct Counter {
    table: String,
    column: String,
    /// As it stands in SQL.
    sequence: String,
    /// The last number that it gave.
    at: i64,
    /// The end of its block, where it has one.
    end: Option<i64>,
}

/// A block has so many numbers.
const BLOCK: i64 = 10_000;

const COUNTERS: &str = "\
SELECT c.relname::text, a.attname::text, s.name, b.last FROM ominipg.tracked t \
JOIN pg_catalog.pg_class c ON c.oid = t.relation JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
CROSS JOIN LATERAL (SELECT pg_get_serial_sequence(c.oid::regclass::text, a.attname)) s (name) \
LEFT JOIN ominipg.blocks b ON b.sequence = s.name WHERE s.name IS NOT NULL ORDER BY 1, 2";

/// Lends new blocks where there is none, or half of it is used; `all` for sequences too that have none yet.
pub(super) async fn lend(db: &Ominipg, server: &Server, all: bool) -> Result<Vec<SequenceBlock>, Error> {
    let tx = db.transaction().await?;
    let counters = counters(&tx).await?;
    tx.commit().await?;
    let mut lent = Vec::new();
    for counter in counters {
        let is_due = match counter.end {
            None => all,
            Some(end) => end - counter.at < BLOCK / 2,
        };
        if is_due {
            let (first, last) = ask(server, &counter).await?;
            take(db, &counter, first, last).await?;
            let Counter { table, column, .. } = counter;
            lent.push(SequenceBlock { table, column, first, last });
        }
    }
    Ok(lent)
}

async fn counters(tx: &Transaction) -> Result<Vec<Counter>, Error> {
    let mut counters = Vec::new();
    for row in tx.query(COUNTERS, &[]).await? {
        let (table, column, sequence): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let mut sql = Sql::default();
        // The sequence's name came from the catalog, quoted.
        sql.push("SELECT greatest((SELECT last_value FROM ")
            .push(&sequence)
            .push("), (SELECT max(")
            .name(&column);
        sql.push(")::int8 FROM ").name(&table).push("))");
        let at: i64 = tx.query_one(&sql.text, &[]).await?.get(0);
        counters.push(Counter { table, column, sequence, at, end: row.get(3) });
    }
    Ok(counters)
}

/// Takes numbers of the server's sequence that nobody has: neither there nor here.
async fn ask(server: &Server, counter: &Counter) -> Result<(i64, i64), Error> {
    let tx = server.transaction().await?;
    // Replicas come one after the other; what the server itself inserts meanwhile takes numbers of its own.
    let lock = "SELECT pg_advisory_xact_lock(7957712345678903), pg_get_serial_sequence(quote_ident($1), $2)";
    let found = tx.query_one(lock, &[&counter.table, &counter.column]).await?;
    let Some(sequence) = found.get::<_, Option<String>>(1) else {
        let message = format!(
            "the column `{}.{}` counts by a sequence here, and the server's does not: make it an identity column there too",
            counter.table, counter.column
        );
        return Err(Error::new(ErrorKind::Sync, message));
    };
    let mut sql = Sql::default();
    sql.push("SELECT coalesce(max(").name(&counter.column).push("), 0)::int8 FROM ").name(&counter.table);
    let taken: i64 = tx.query_one(&sql.text, &[]).await?.get(0);
    let taken = taken.max(counter.at);
    let next: i64 = tx.query_one("SELECT nextval($1::text::regclass)", &[&sequence]).await?.get(0);
    if next <= taken {
        tx.query("SELECT setval($1::text::regclass, $2)", &[&sequence, &taken]).await?;
    }
    let sql = "SELECT nextval($1::text::regclass) FROM generate_series(1, $2)";
    let numbers = tx.query(sql, &[&sequence, &i32::try_from(BLOCK).unwrap_or(i32::MAX)]).await?;
    reached!(Lending);
    tx.commit().await?;
    reached!(Lent);
    let numbers: Vec<i64> = numbers.iter().map(|row| row.get(0)).collect();
    longest(&numbers).ok_or_else(|| Error::new(ErrorKind::Sync, "the server's sequence gave no numbers"))
}

/// The longest run without a gap: in a gap somebody else took a number.
fn longest(numbers: &[i64]) -> Option<(i64, i64)> {
    let runs = numbers.chunk_by(|one, next| one + 1 == *next);
    let longest = runs.max_by_key(|run| run.len())?;
    Some((*longest.first()?, *longest.last()?))
}

/// Counts within the block from now on: at its end the sequence fails, rather than give what is another's.
async fn take(db: &Ominipg, counter: &Counter, first: i64, last: i64) -> Result<(), Error> {
    let tx = db.transaction().await?;
    let mut sql = Sql::default();
    sql.push("ALTER SEQUENCE ")
        .push(&counter.sequence)
        .push(&format!(" START {first} MINVALUE {first} MAXVALUE {last} RESTART {first}"));
    tx.run(&sql.text).await?;
    let sql = "INSERT INTO ominipg.blocks VALUES ($1, $2, $3) ON CONFLICT (sequence) DO UPDATE SET first = $2, last = $3";
    tx.execute(sql, &[&counter.sequence, &first, &last]).await?;
    reached!(Counting);
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::longest;

    #[test]
    fn a_run_ends_where_somebody_else_took_a_number() {
        assert_eq!(longest(&[1, 2, 3]), Some((1, 3)));
        assert_eq!(longest(&[1, 2, 5, 6, 7, 9]), Some((5, 7)));
        assert_eq!(longest(&[]), None);
    }
}
