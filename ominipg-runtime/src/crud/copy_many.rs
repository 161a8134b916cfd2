//! Many rows by COPY, which takes them faster than an INSERT, where none of them is wanted back.

use bytes::{BufMut, BytesMut};

use crate::encode::{ColumnSet, Elements, Encoder};
use crate::error::{Error, ErrorKind};
use crate::param::Param;
use crate::schema::{ColumnDef, TableDef};
use crate::session::{COPY_END, COPY_HEADER, Session};
use crate::sql::Sql;

/// From so many rows on it is faster, with what is asked before.
pub(super) const ENOUGH: usize = 1_000;

/// So much is gathered before it is sent.
const PIECE: usize = 64 * 1024;

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

/// Writes rows that have the same columns set, all or none, and returns how many the table took.
pub(super) async fn send(
    session: Session<'_>,
    table: &TableDef,
    columns: &ColumnSet,
    rows: &mut Encoder,
    count: usize,
) -> Result<u64, Error> {
    rows.check()?;
    let mut sql = Sql::default();
    sql.push("COPY ").name(table.name).push(" (");
    let mut first = true;
    for column in columns.iter() {
        sql.comma(&mut first).name(table.columns[column].name);
    }
    sql.push(") FROM STDIN (FORMAT binary)");
    let mut values: Vec<Elements<'_>> = columns.iter().map(|column| rows.column(column).elements()).collect();
    let width = i16::try_from(values.len()).map_err(|_| {
        Error::new(ErrorKind::Parameter, format!("`{}` has more columns than a COPY takes", table.name))
    })?;
    let mut copy = session.copy_in(&sql.text).await?;
    let mut piece = BytesMut::with_capacity(PIECE + PIECE / 4);
    piece.put_slice(COPY_HEADER);
    for _ in 0..count {
        piece.put_i16(width);
        for value in &mut values {
            // A value in a slot has the form that it has in a COPY: its length, and its bytes.
            piece.put_slice(value.next_raw().unwrap_or_default());
        }
        if piece.len() >= PIECE {
            copy.send(piece.split()).await?;
        }
    }
    piece.put_i16(COPY_END);
    copy.send(piece).await?;
    copy.finish().await
}
