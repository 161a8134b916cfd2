//! Many rows by COPY, which takes them faster than an INSERT, where none of them is wanted back.

use bytes::{BufMut, BytesMut};

use super::create_many::{Batch, Batches};
use super::insert;
use crate::encode::{ColumnSet, Elements};
use crate::error::{Error, ErrorKind};
use crate::model::Encode;
use crate::param::Param;
use crate::schema::{ColumnDef, TableDef};
use crate::session::{COPY_END, COPY_HEADER, CopyIn, Session};
use crate::sql::Sql;

/// From so many rows on it is faster, with what is asked before.
pub(super) const ENOUGH: usize = 1_000;

/// So many are encoded before they are sent.
const AT_ONCE: usize = 500;
/// So many with other columns set are gathered before the COPY makes way for them.
const MOST: usize = 10_000;

/// Whether a COPY means the same as an INSERT: into a table as its schema has it, without rules or policies, which a COPY passes
/// by or is refused for.
pub(super) async fn is_possible(session: Session<'_>, table: &TableDef) -> Result<bool, Error> {
    if !session.takes_copies() {
        return Ok(false);
    }
    let written: Vec<&ColumnDef> = table.columns.iter().filter(|column| !column.read_only).collect();
    let mut sql = Sql::default();
    sql.push(
        "SELECT c.relkind IN ('r', 'p') AND NOT c.relhasrules AND NOT pg_catalog.row_security_active(c.oid) \
         AND (SELECT count(*) FROM pg_catalog.pg_attribute AS a JOIN (VALUES ",
    );
    let mut first = true;
    for column in &written {
        sql.comma(&mut first).push("(").text(column.name).push("::name, ");
        sql.text(column.ty.name()).push("::regtype)");
    }
    sql.push(") AS w(name, type) ON a.attname = w.name AND a.atttypid = w.type WHERE a.attrelid = c.oid) = ");
    sql.push(&written.len().to_string()).push(" FROM pg_catalog.pg_class AS c ");
    sql.push("WHERE c.oid = to_regclass(quote_ident(").param(Param::text(table.name)).push("))");
    let rows = session.rows(sql).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.try_get::<_, Option<bool>>(0)?.unwrap_or(false)))
}

/// Writes rows, all or none, and returns how many the table took. PostgreSQL writes the first ones while others are encoded.
pub(super) async fn send<E: Encode>(
    session: Session<'_>,
    table: &'static TableDef,
    rows: &[E],
) -> Result<u64, Error> {
    let own = session.begin().await?;
    let session = own.as_ref().map_or(session, |own| Session::transaction(own).within(session));
    let mut writer = Writer { session, table, open: None, count: 0 };
    let mut batches = Batches::new(table, MOST);
    for (index, row) in rows.iter().enumerate() {
        let full = batches.add(index, row).is_some();
        let batch = batches.last();
        if full || (batch.indices.len() >= AT_ONCE && writer.goes_on_with(&batch.columns)) {
            let batch = batches.take_last();
            writer.write(batch).await?;
        }
    }
    let mut rest = batches.finish();
    rest.sort_by_key(|batch| !writer.goes_on_with(&batch.columns));
    for batch in rest {
        writer.write(batch).await?;
    }
    writer.end().await?;
    let count = writer.count;
    drop(writer);
    if let Some(transaction) = own {
        transaction.commit().await?;
    }
    Ok(count)
}

/// Writes batches, one after the other.
struct Writer<'a> {
    session: Session<'a>,
    table: &'static TableDef,
    /// The COPY that goes on, and the columns that its rows have.
    open: Option<(ColumnSet, CopyIn<'a>)>,
    /// How many rows the table took.
    count: u64,
}

impl Writer<'_> {
    /// Whether rows with these columns need no COPY of their own.
    fn goes_on_with(&self, columns: &ColumnSet) -> bool {
        self.open.as_ref().is_none_or(|(open, _)| open == columns)
    }

    async fn write(&mut self, mut batch: Batch) -> Result<(), Error> {
        batch.rows.check()?;
        let count = batch.indices.len();
        if batch.columns.is_empty() {
            self.end().await?;
            let insert = insert::many(self.table, &batch.columns, &mut batch.rows, count)?;
            self.count += self.session.count(insert).await?;
            return Ok(());
        }
        let mut data = BytesMut::with_capacity(batch.rows.size() + 2 * count + COPY_HEADER.len());
        if self.open.is_none() || !self.goes_on_with(&batch.columns) {
            self.end().await?;
            let copy = self.session.copy_in(&statement(self.table, &batch.columns)).await?;
            self.open = Some((batch.columns.clone(), copy));
            data.put_slice(COPY_HEADER);
        }
        let mut values: Vec<Elements<'_>> =
            batch.columns.iter().map(|column| batch.rows.column(column).elements()).collect();
        let width = i16::try_from(values.len()).map_err(|_| {
            let message = format!("`{}` has more columns than a COPY takes", self.table.name);
            Error::new(ErrorKind::Parameter, message)
        })?;
        for _ in 0..count {
            data.put_i16(width);
            for value in &mut values {
                // A value in a slot has the form that it has in a COPY: its length, and its bytes.
                data.put_slice(value.next_raw().unwrap_or_default());
            }
        }
        match &mut self.open {
            Some((_, copy)) => copy.send(data).await,
            None => Ok(()),
        }
    }

    /// Ends the COPY that goes on.
    async fn end(&mut self) -> Result<(), Error> {
        let Some((_, mut copy)) = self.open.take() else { return Ok(()) };
        copy.send(COPY_END.to_be_bytes().to_vec()).await?;
        self.count += copy.finish().await?;
        Ok(())
    }
}

fn statement(table: &TableDef, columns: &ColumnSet) -> String {
    let mut sql = Sql::default();
    sql.push("COPY ").name(table.name).push(" (");
    let mut first = true;
    for column in columns.iter() {
        sql.comma(&mut first).name(table.columns[column].name);
    }
    sql.push(") FROM STDIN (FORMAT binary)");
    sql.text
}
