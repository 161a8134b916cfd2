//! What is written, and what must then be on the server.
//!
//! `probe_counter` is added to on both sides, so that what is applied twice counts twice: the time of the row's last write alone
//! would not show it, once the server has written the row too. `probe_append` has a row for each operation, and a trigger of the
//! server notes each time that one arrives. `notes` is a table like any other.

use ominipg::{ColumnPolicy, Error, Ominipg, SyncTable};

/// The tables, as both sides have them.
const TABLES: &str = "
    CREATE TABLE probe_counter (id int4 PRIMARY KEY, n int8 NOT NULL);
    CREATE TABLE probe_append (op int8 PRIMARY KEY, source text NOT NULL DEFAULT '');
    CREATE TABLE notes (id int4 PRIMARY KEY, body text NOT NULL, op int8 NOT NULL);";

/// What the server has beside them.
const SERVER: &str = "
    ALTER TABLE notes ADD CONSTRAINT notes_taken CHECK (body <> 'poison');
    CREATE TABLE arrivals (op int8 NOT NULL);
    CREATE FUNCTION arrived() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO arrivals VALUES (new.op); RETURN new; END';
    CREATE TRIGGER arrived AFTER INSERT OR UPDATE ON probe_append FOR EACH ROW EXECUTE FUNCTION arrived();";

/// What the server adds to the counter at a time: more than anybody here ever does.
const MILLION: i64 = 1_000_000;

/// The tables to sync.
pub(crate) fn synced() -> [SyncTable; 3] {
    let counter = SyncTable::new("probe_counter").column("n", ColumnPolicy::Counter);
    [counter, SyncTable::new("probe_append"), SyncTable::new("notes")]
}

/// Makes the tables on a server.
///
/// # Errors
///
/// Where the server does not take them.
pub async fn prepare(server: &Ominipg) -> Result<(), Error> {
    server.batch_execute(TABLES).await?;
    server.batch_execute(SERVER).await
}

/// Makes the tables of a replica, and what is in them at first.
pub(crate) async fn prepare_replica(db: &Ominipg) -> Result<(), Error> {
    db.batch_execute(TABLES).await?;
    db.batch_execute(
        "INSERT INTO probe_counter VALUES (1, 0); INSERT INTO notes SELECT n, 'note', 0 FROM generate_series(1, 100) n",
    )
    .await
}

/// One operation, of a few rows.
///
/// # Errors
///
/// Where the database does not take it.
pub async fn small(db: &Ominipg) -> Result<(), Error> {
    db.batch_execute(
        "BEGIN; UPDATE probe_counter SET n = n + 1 WHERE id = 1;
         INSERT INTO probe_append (op) SELECT n FROM probe_counter;
         UPDATE notes SET op = n FROM probe_counter c WHERE notes.id = 1 + c.n % 7; COMMIT",
    )
    .await
}

/// One operation that passes every point of a push: rows that are copied in more than one piece, and deletes.
///
/// # Errors
///
/// Where the database does not take it.
pub async fn large(db: &Ominipg) -> Result<(), Error> {
    db.batch_execute(
        "BEGIN; UPDATE probe_counter SET n = n + 1 WHERE id = 1;
         INSERT INTO probe_append (op) SELECT n FROM probe_counter;
         UPDATE notes SET op = n, body = repeat(md5(notes.id || '/' || n), 100) FROM probe_counter WHERE notes.id <= 100;
         DELETE FROM notes WHERE id BETWEEN 1001 AND 2000;
         INSERT INTO notes SELECT 1000 + n, 'comes and goes', n FROM probe_counter; COMMIT",
    )
    .await
}

/// A row that the server refuses.
///
/// # Errors
///
/// Where the database does not take it.
pub async fn poison(db: &Ominipg) -> Result<(), Error> {
    db.batch_execute("INSERT INTO notes SELECT 1000000 + n, 'poison', n FROM probe_counter").await
}

/// What the server has done itself, and so must have beside what was sent.
#[derive(Debug, Default, Clone, Copy)]
pub struct Truth {
    added: i64,
}

impl Truth {
    /// The server adds to the counter, so that an increment which arrives again is added again.
    ///
    /// # Errors
    ///
    /// Where it does not.
    pub async fn add(&mut self, server: &Ominipg) -> Result<(), Error> {
        let sql = "UPDATE probe_counter SET n = n + $1::int8 WHERE id = 1";
        let rows = loop {
            match server.execute(sql, &[&MILLION]).await {
                // It met a push, and has done nothing.
                Err(error) if error.is_retryable() => (),
                done => break done?,
            }
        };
        self.added += MILLION * rows.cast_signed();
        Ok(())
    }

    /// How much more the server's counter has than it should: none where all arrived once.
    ///
    /// # Errors
    ///
    /// Where one of the two does not answer.
    pub async fn surplus(&self, db: &Ominipg, server: &Ominipg) -> Result<i64, Error> {
        let sql = "SELECT n FROM probe_counter WHERE id = 1";
        let here: i64 = db.query_one(sql, &[]).await?.get(0);
        let there: i64 = server.query_one(sql, &[]).await?.get(0);
        Ok(there - self.added - here)
    }

    /// Checks that the server has all that is here, and has it once.
    ///
    /// # Errors
    ///
    /// What is wrong, in words.
    pub async fn check(&self, db: &Ominipg, server: &Ominipg) -> Result<(), String> {
        let surplus = self.surplus(db, server).await.map_err(|error| error.to_string())?;
        if surplus != 0 {
            return Err(format!("the counter has {surplus} more on the server than were added"));
        }
        let appended = "SELECT coalesce(string_agg(op::text, ' ' ORDER BY op), '') FROM probe_append";
        let (here, there) = (text(db, appended).await?, text(server, appended).await?);
        if here != there {
            return Err(format!("appended here: {here}\nand there: {there}"));
        }
        let arrived = "SELECT coalesce(string_agg(op::text, ' ' ORDER BY op), '') FROM arrivals";
        let arrived = text(server, arrived).await?;
        if arrived != here {
            return Err(format!("appended: {here}\narrived: {arrived}"));
        }
        let notes = "SELECT count(*) || ' ' || coalesce(md5(string_agg(n::text, ' ' ORDER BY id)), '') FROM notes n \
                     WHERE body <> 'poison'";
        let (here, there) = (text(db, notes).await?, text(server, notes).await?);
        if here != there {
            return Err(format!("the notes differ: {here} here, {there} there"));
        }
        Ok(())
    }
}

async fn text(db: &Ominipg, sql: &str) -> Result<String, String> {
    Ok(db.query_one(sql, &[]).await.map_err(|error| error.to_string())?.get(0))
}
