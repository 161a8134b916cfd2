//! Rows on their way into a server's table: as parameters where they are few, else copied into a table of the session's own.

use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::Type;

use crate::error::Error;
use crate::param::Param;
use crate::session::Transaction;

/// Up to so many rows go as parameters.
const FEW: usize = 64;
/// The most parameters that a statement takes.
const PARAMETERS: usize = 32_000;
/// So much is copied as one message.
const PIECE: usize = 256 * 1024;

/// What begins data in the binary format: its signature, no flags, nothing more.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// A column of staged rows.
#[derive(Debug, Clone)]
pub(super) struct StageColumn {
    pub(super) ty: Type,
    /// The type as it stands in SQL.
    pub(super) type_name: String,
}

/// Rows of the same columns; the first column of each is its number among them.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: Vec<StageColumn>,
    pub(super) rows: Vec<Vec<Option<Bytes>>>,
}

/// Where a statement finds staged rows: `s`, with the columns `o`, `c0`, `c1` and so on.
pub(super) struct Staged<'a> {
    rows: &'a [Vec<Option<Bytes>>],
    first: usize,
    columns: &'a [StageColumn],
    is_copied: bool,
}

impl Rows {
    /// The rows in parts that a statement each takes; copied, where they are many.
    pub(super) async fn stage<'a>(&'a self, tx: &Transaction) -> Result<Vec<Staged<'a>>, Error> {
        let width = self.columns.len() + 1;
        if self.rows.len() <= FEW.min(PARAMETERS / width) {
            return Ok(self.parts());
        }
        let columns: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!(", c{at} {}", column.type_name))
            .collect();
        let columns = columns.concat();
        tx.run(&format!(
            "DROP TABLE IF EXISTS pg_temp.ominipg_stage; CREATE TEMP TABLE ominipg_stage (o int4{columns}) ON COMMIT DROP"
        ))
        .await?;
        let mut copy = tx.copy_in("COPY pg_temp.ominipg_stage FROM STDIN (FORMAT binary)").await?;
        let mut out = BytesMut::with_capacity(PIECE + 4096);
        out.put_slice(HEADER);
        for (number, row) in self.rows.iter().enumerate() {
            put_row(&mut out, number, row);
            if out.len() >= PIECE {
                copy.send(out.split().freeze()).await?;
                reached!(Copying);
                out.reserve(PIECE + 4096);
            }
        }
        out.put_i16(-1);
        copy.send(out.freeze()).await?;
        copy.finish().await?;
        reached!(Copied);
        Ok(vec![Staged { rows: &self.rows, first: 0, columns: &self.columns, is_copied: true }])
    }

    /// In parts of which there are few sizes, so that their statements stay prepared.
    fn parts(&self) -> Vec<Staged<'_>> {
        let mut parts = Vec::new();
        let mut first = 0;
        while first < self.rows.len() {
            let left = self.rows.len() - first;
            let size = 1 << (usize::BITS - 1 - left.leading_zeros());
            let rows = &self.rows[first..first + size];
            parts.push(Staged { rows, first, columns: &self.columns, is_copied: false });
            first += size;
        }
        parts
    }
}

impl Staged<'_> {
    /// What a statement begins with, before further parts of its `WITH`; `before` parameters come ahead of the rows'.
    pub(super) fn with(&self, before: usize) -> String {
        let names: Vec<String> = (0..self.columns.len()).map(|at| format!(", c{at}")).collect();
        let names = names.concat();
        if self.is_copied {
            return format!("WITH s AS NOT MATERIALIZED (SELECT o{names} FROM pg_temp.ominipg_stage)");
        }
        let mut number = before;
        let mut next = || {
            number += 1;
            number
        };
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|_| {
                let mut row = format!("(${}::int4", next());
                for column in self.columns {
                    row.push_str(&format!(", ${}::{}", next(), column.type_name));
                }
                row + ")"
            })
            .collect();
        format!("WITH s (o{names}) AS (VALUES {})", rows.join(", "))
    }

    /// The parameters, behind those that come ahead.
    pub(super) fn params(&self, mut before: Vec<Param>) -> Vec<Param> {
        if self.is_copied {
            return before;
        }
        for (at, row) in self.rows.iter().enumerate() {
            let number = number(self.first + at).to_be_bytes();
            before.push(Param::new(Type::INT4, Some(Bytes::copy_from_slice(&number))));
            for (column, value) in self.columns.iter().zip(row) {
                before.push(Param::new(column.ty.clone(), value.clone()));
            }
        }
        before
    }
}

fn put_row(out: &mut BytesMut, at: usize, row: &[Option<Bytes>]) {
    out.put_i16(i16::try_from(row.len() + 1).unwrap_or(i16::MAX));
    out.put_i32(4);
    out.put_i32(number(at));
    for value in row {
        match value {
            None => out.put_i32(-1),
            Some(value) => {
                out.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
                out.put_slice(value);
            }
        }
    }
}

/// A batch has fewer rows than this has numbers.
fn number(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}
