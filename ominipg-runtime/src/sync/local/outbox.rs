use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use tokio_postgres::Row;

use super::columns::{Millis, Xid};
use crate::client::Ominipg;
use crate::error::{Error, ErrorKind};
use crate::session::Transaction;
use crate::sync::core::{Layout, Op, RawChange, RowKey};
use crate::sync::raw::Raw;

/// Reads the changes that a database has captured.
#[derive(Debug, Default)]
pub(in crate::sync) struct Outbox {
    /// The names of the synced tables.
    tables: Vec<String>,
    layouts: HashMap<i32, Arc<Captured>>,
    /// Which layouts the tables had when those were read.
    tracked: String,
}

/// What the columns of a table were when a change was captured, under the names that they have now.
#[derive(Debug)]
pub(in crate::sync) struct Captured {
    pub(in crate::sync) layout: Arc<Layout>,
    /// Their types, as they stand in SQL.
    pub(in crate::sync) types: Vec<String>,
    /// Whether the server may lack it: what is generated, and what is gone here too.
    pub(in crate::sync) optional: Vec<bool>,
}

const LAYOUT: &str = "\
SELECT coalesce(c.relname::text, l.name), l.columns, l.types, l.generated, l.key, c.oid IS NOT NULL, \
  (SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(l.numbers) WITH ORDINALITY n (number, place) \
   LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = l.relation AND a.attnum = n.number AND NOT a.attisdropped), \
  (SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_catalog.pg_attribute a \
   WHERE a.attrelid = l.relation AND a.attnum > 0 AND NOT a.attisdropped) \
FROM ominipg.layouts l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation WHERE l.id = $1";

/// The layouts that the tables have.
pub(in crate::sync) const TRACKED: &str = "SELECT coalesce(string_agg(concat_ws(' ', relation, layout), ' ' ORDER BY relation), '') FROM ominipg.tracked";

const CHANGES: &str = "SELECT seq, tx, layout, op, at, old, new FROM ominipg.changes \
                       WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3";

/// Without statistics of the table, the planner would sort all that waits for each piece that is read of it.
const BY_INDEX: &str = "BEGIN; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";

impl Outbox {
    pub(in crate::sync) fn new(tables: Vec<String>) -> Self {
        Self { tables, ..Self::default() }
    }

    /// Reads the layouts anew where tables have changed since they were read.
    pub(in crate::sync) fn follow(&mut self, tracked: String) {
        if self.tracked != tracked {
            self.layouts.clear();
            self.tracked = tracked;
        }
    }

    /// What is known of the columns behind a layout.
    pub(in crate::sync) fn captured(&self, layout: &Arc<Layout>) -> Option<&Arc<Captured>> {
        self.layouts.values().find(|captured| Arc::ptr_eq(&captured.layout, layout))
    }

    /// Reads changes behind `after`, up to `through`: about so many, and about so many bytes of images; and whether there are
    /// more.
    pub(in crate::sync) async fn read(
        &mut self,
        db: &Ominipg,
        after: i64,
        through: Option<i64>,
        rows: usize,
        bytes: usize,
    ) -> Result<(Vec<RawChange>, bool), Error> {
        let limit = i64::try_from(rows).unwrap_or(i64::MAX);
        let through = through.unwrap_or(i64::MAX);
        let mut found = Vec::new();
        let (mut size, mut more) = (0, false);
        let tx = Transaction::begin_as(db.backend(), db.limits(), BY_INDEX).await?;
        let mut stream = tx.query_stream(CHANGES, &[&after, &through, &limit]).await?;
        while let Some(row) = stream.next().await {
            let raw = Read::of(&row?)?;
            size += raw.size();
            found.push(raw);
            if size >= bytes {
                more = true;
                break;
            }
        }
        drop(stream);
        // Where the stream ended early, there is nothing to commit.
        tx.rollback().await?;
        let more = more || found.len() == rows;
        let mut changes = Vec::with_capacity(found.len());
        for raw in found {
            let layout = self.layout(db, raw.layout).await?;
            changes.push(raw.with(layout));
        }
        Ok((changes, more))
    }

    /// The rows of changes that the server refused.
    pub(in crate::sync) async fn parked_rows(&mut self, db: &Ominipg) -> Result<HashSet<RowKey>, Error> {
        let sql = "SELECT seq, tx, layout, op, at, old, new FROM ominipg.parked ORDER BY seq";
        let mut rows = HashSet::new();
        for row in &db.query(sql, &[]).await? {
            let raw = Read::of(row)?;
            let layout = self.layout(db, raw.layout).await?;
            let change = raw.with(layout).parse().map_err(|why| damaged(&why.to_string()))?;
            rows.extend(change.keys().cloned());
        }
        Ok(rows)
    }

    async fn layout(&mut self, db: &Ominipg, id: i32) -> Result<Arc<Layout>, Error> {
        if let Some(captured) = self.layouts.get(&id) {
            return Ok(Arc::clone(&captured.layout));
        }
        let row = db.query_opt(LAYOUT, &[&id]).await?.ok_or_else(|| damaged("a layout that is not there"))?;
        let name: String = row.get(0);
        let table = match self.tables.iter().position(|table| *table == name) {
            Some(table) => table,
            None => {
                self.tables.push(name);
                self.tables.len() - 1
            }
        };
        let columns: Vec<String> = row.get(1);
        let key: Vec<String> = row.get(4);
        let key: Option<Vec<usize>> =
            key.iter().map(|key| columns.iter().position(|column| column == key)).collect();
        let key = key.ok_or_else(|| damaged("a key that is no column"))?;
        let (mut optional, is_there): (Vec<bool>, bool) = (row.get(3), row.get(5));
        let columns = if is_there {
            let (now, others): (Vec<Option<String>>, Vec<String>) = (row.get(6), row.get(7));
            for (optional, name) in optional.iter_mut().zip(&now) {
                *optional |= name.is_none();
            }
            columns.into_iter().zip(now).map(|(old, now)| now.unwrap_or_else(|| gone(old, &others))).collect()
        } else {
            columns
        };
        let columns = columns.into_iter().map(Arc::from).collect();
        let layout = Arc::new(Layout { table, columns, key });
        let captured = Captured { layout: Arc::clone(&layout), types: row.get(2), optional };
        self.layouts.insert(id, Arc::new(captured));
        Ok(layout)
    }

    /// The names of the tables, by the numbers that layouts have.
    pub(in crate::sync) fn tables(&self) -> &[String] {
        &self.tables
    }
}

/// The name of a column that is gone: one that no column of a server can have, where another has taken its own.
fn gone(mut name: String, others: &[String]) -> String {
    if others.contains(&name) {
        name.push('\0');
    }
    name
}

pub(super) fn damaged(what: &str) -> Error {
    Error::new(
        ErrorKind::Decode,
        format!("the captured changes hold {what}: the tables of the schema `ominipg` were altered"),
    )
}

/// A change as it was read.
struct Read {
    seq: i64,
    tx: u64,
    layout: i32,
    op: Op,
    at: u64,
    old: Option<Bytes>,
    new: Option<Bytes>,
}

impl Read {
    fn of(row: &Row) -> Result<Self, Error> {
        let op = u8::try_from(row.get::<_, i8>(3)).ok().and_then(Op::from_code);
        Ok(Self {
            seq: row.get(0),
            tx: row.get::<_, Xid>(1).0,
            layout: row.get(2),
            op: op.ok_or_else(|| damaged("an unknown operation"))?,
            at: row.get::<_, Millis>(4).0,
            old: row.get::<_, Option<Raw>>(5).map(|raw| raw.0),
            new: row.get::<_, Option<Raw>>(6).map(|raw| raw.0),
        })
    }

    fn size(&self) -> usize {
        self.old.as_ref().map_or(0, Bytes::len) + self.new.as_ref().map_or(0, Bytes::len)
    }

    fn with(self, layout: Arc<Layout>) -> RawChange {
        let Self { seq, tx, layout: layout_id, op, at, old, new } = self;
        RawChange { seq, tx, at, layout_id, layout, op, old, new }
    }
}
