//! What the server's tables are.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_postgres::types::Type;

use super::ddl::TRIGGERS;
use crate::error::Error;
use crate::session::Transaction;
use crate::sql::Sql;
use crate::sync::core::Layout;

/// A table of the server.
#[derive(Debug)]
pub(crate) struct ServerTable {
    pub(crate) name: String,
    /// Its name as it stands in SQL, with its schema.
    pub(crate) qualified: String,
    /// The columns of its primary key; empty where it has none.
    pub(crate) key: Vec<String>,
    pub(crate) columns: Vec<ServerColumn>,
    /// Whether it has all that sync has beside a table.
    pub(crate) is_set_up: bool,
    /// Whether policies decide which of its rows this role sees.
    pub(crate) has_policies: bool,
    /// Rows of tables with a lower rank are written first, and deleted last.
    pub(crate) rank: usize,
}

/// A column of a server's table.
#[derive(Debug)]
pub(crate) struct ServerColumn {
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// Its type as it stands in SQL, without a length.
    pub(crate) type_name: String,
    /// Whether the server computes it.
    pub(crate) is_generated: bool,
    /// Whether an insert must name it.
    pub(crate) is_required: bool,
    /// Whether an update may set it.
    pub(crate) is_settable: bool,
}

impl ServerTable {
    /// The columns of its rows, with the number that layouts have for the table.
    pub(super) fn layout(&self, number: usize) -> Arc<Layout> {
        let columns: Vec<Arc<str>> =
            self.columns.iter().map(|column| Arc::from(column.name.as_str())).collect();
        let key =
            self.key.iter().filter_map(|key| columns.iter().position(|column| **column == **key)).collect();
        Arc::new(Layout { table: number, columns, key })
    }

    pub(crate) fn column(&self, name: &str) -> Option<&ServerColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

const TABLES: &str = "\
SELECT w.name, c.oid::regclass::text, n.nspname, c.oid::int8, \
  coalesce((SELECT array_agg(a.attname::text ORDER BY k.place) FROM pg_catalog.pg_index i, \
    unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place) \
    JOIN pg_catalog.pg_attribute a ON a.attnum = k.number AND a.attrelid = c.oid \
    WHERE i.indrelid = c.oid AND i.indisprimary), '{}'), \
  to_regclass('ominipg_rows.' || quote_ident(w.name)) IS NOT NULL \
    AND $2 = (SELECT count(*) FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE 'ominipg\\_stamp\\_%'), \
  row_security_active(c.oid), \
  (SELECT array_agg(DISTINCT f.confrelid::int8) FROM pg_catalog.pg_constraint f \
    WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid <> c.oid) \
FROM unnest($1::text[]) w (name) \
JOIN pg_catalog.pg_class c ON c.oid = to_regclass(quote_ident(w.name)) \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";

const COLUMNS: &str = "\
SELECT a.attname::text, format_type(a.atttypid, -1), a.attgenerated <> '', \
  a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', \
  a.attidentity <> 'a' AND a.attgenerated = '' \
FROM pg_catalog.pg_attribute a \
WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

/// The tables of these names that the server has, as its search path finds them.
pub(crate) async fn tables(tx: &Transaction, names: &[String]) -> Result<Vec<ServerTable>, Error> {
    let rows = tx.query(TABLES, &[&names, &TRIGGERS]).await?;
    let mut found = Vec::with_capacity(rows.len());
    let mut refers: HashMap<i64, Vec<i64>> = HashMap::new();
    for row in &rows {
        let oid: i64 = row.get(3);
        refers.insert(oid, row.get::<_, Option<Vec<i64>>>(7).unwrap_or_default());
    }
    for row in &rows {
        let name: String = row.get(0);
        let oid: i64 = row.get(3);
        let mut sql = Sql::default();
        sql.name(row.get(2)).push(".").name(&name);
        let qualified = sql.text;
        let columns = columns(tx, oid, &qualified).await?;
        found.push(ServerTable {
            name,
            qualified,
            key: row.get(4),
            columns,
            is_set_up: row.get(5),
            has_policies: row.get(6),
            rank: rank(oid, &refers, &mut Vec::new()),
        });
    }
    Ok(found)
}

async fn columns(tx: &Transaction, oid: i64, qualified: &str) -> Result<Vec<ServerColumn>, Error> {
    let rows = tx.query(COLUMNS, &[&oid]).await?;
    let types = tx.describe(&format!("SELECT * FROM {qualified}")).await?;
    let column = |(row, (_, ty)): (&tokio_postgres::Row, (String, Type))| ServerColumn {
        name: row.get(0),
        ty,
        type_name: row.get(1),
        is_generated: row.get(2),
        is_required: row.get(3),
        is_settable: row.get(4),
    };
    Ok(rows.iter().zip(types).map(column).collect())
}

/// How long the longest way is from a table to one that refers to none; tables in a circle are told apart by their
/// deferrable keys alone.
fn rank(oid: i64, refers: &HashMap<i64, Vec<i64>>, on_the_way: &mut Vec<i64>) -> usize {
    if on_the_way.contains(&oid) {
        return 0;
    }
    on_the_way.push(oid);
    let targets = refers.get(&oid).into_iter().flatten().filter(|target| refers.contains_key(target));
    let rank = targets.map(|target| rank(*target, refers, on_the_way) + 1).max().unwrap_or_default();
    on_the_way.pop();
    rank
}
