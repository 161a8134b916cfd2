//! Reads the catalog: a statement for each kind of thing, however many tables there are.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use super::object::{Catalog, CatalogEnum, OtherObject};
use super::table::{
    CatalogColumn, CatalogConstraint, CatalogForeignKey, CatalogIndex, CatalogTable, ConstraintKind,
};
use crate::error::Error;
use crate::session::Transaction;

/// What belongs to an extension is left out, as are the parts of a table that has partitions.
const TABLES: &str = "\
SELECT c.relname::text, obj_description(c.oid, 'pg_class'), c.relkind = 'p' \
FROM pg_catalog.pg_class c \
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))::oid AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
ORDER BY c.relname::text COLLATE \"C\"";

const COLUMNS: &str = "\
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), coalesce(e.typname, t.typname)::text, \
  e.oid IS NOT NULL, coalesce(e.typtype, t.typtype) = 'e', NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), \
  a.attidentity <> '', a.attgenerated <> '', col_description(c.oid, a.attnum) \
FROM pg_catalog.pg_class c \
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid \
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))::oid AND c.relkind IN ('r', 'p') \
ORDER BY a.attnum";

/// `NOT NULL` is a matter of the columns.
const CONSTRAINTS: &str = "\
SELECT c.relname::text, k.conname::text, k.contype::text, pg_get_constraintdef(k.oid, true), \
  coalesce((SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(k.conkey) WITH ORDINALITY n (number, place) \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = n.number), '{}'), \
  f.relname::text, \
  coalesce((SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(k.confkey) WITH ORDINALITY n (number, place) \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.oid AND a.attnum = n.number), '{}'), \
  k.confdeltype::text, k.confupdtype::text \
FROM pg_catalog.pg_constraint k \
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid \
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))::oid AND c.relkind IN ('r', 'p') AND k.contype NOT IN ('n', 't') \
ORDER BY k.conname::text COLLATE \"C\"";

const INDEXES: &str = "\
SELECT c.relname::text, x.relname::text, \
  (SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY n (number, place) \
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = n.number AND n.number <> 0), \
  i.indisunique, m.amname::text, pg_get_expr(i.indpred, i.indrelid, true), pg_get_indexdef(x.oid, 0, true) \
FROM pg_catalog.pg_index i \
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
JOIN pg_catalog.pg_am m ON m.oid = x.relam \
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))::oid AND c.relkind IN ('r', 'p') AND i.indisvalid \
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')) \
ORDER BY x.relname::text COLLATE \"C\"";

const ENUMS: &str = "\
SELECT t.typname::text, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) \
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid \
WHERE t.typnamespace = to_regnamespace(quote_ident(current_schema()))::oid \
GROUP BY t.typname ORDER BY t.typname::text COLLATE \"C\"";

const OTHERS: &str = "\
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END, c.relname::text \
FROM pg_catalog.pg_class c \
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema()))::oid AND c.relkind IN ('v', 'm', 'f') \
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
ORDER BY c.relname::text COLLATE \"C\"";

/// Reads what is in the schema that comes first in `search_path`.
pub(crate) async fn read(tx: &Transaction) -> Result<Catalog, Error> {
    let mut tables: BTreeMap<String, CatalogTable> = BTreeMap::new();
    for row in tx.query(TABLES, &[]).await? {
        let name: String = row.get(0);
        tables.insert(name.clone(), table(name, &row));
    }
    for row in tx.query(COLUMNS, &[]).await? {
        if let Some(table) = tables.get_mut(row.get::<_, &str>(0)) {
            table.columns.push(column(&row));
        }
    }
    for row in tx.query(CONSTRAINTS, &[]).await? {
        if let Some(table) = tables.get_mut(row.get::<_, &str>(0)) {
            table.constraints.push(constraint(&row));
        }
    }
    for row in tx.query(INDEXES, &[]).await? {
        if let Some(table) = tables.get_mut(row.get::<_, &str>(0)) {
            table.indexes.push(index(&row));
        }
    }
    let enums = tx.query(ENUMS, &[]).await?;
    let others = tx.query(OTHERS, &[]).await?;
    Ok(Catalog {
        tables: tables.into_values().collect(),
        enums: enums.iter().map(|row| CatalogEnum { name: row.get(0), values: row.get(1) }).collect(),
        others: others.iter().map(|row| OtherObject { kind: row.get(0), name: row.get(1) }).collect(),
    })
}

fn table(name: String, row: &Row) -> CatalogTable {
    CatalogTable {
        name,
        comment: row.get(1),
        partitioned: row.get(2),
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
    }
}

fn column(row: &Row) -> CatalogColumn {
    CatalogColumn {
        name: row.get(1),
        ty: row.get(2),
        base: row.get(3),
        is_array: row.get(4),
        is_enum: row.get(5),
        nullable: row.get(6),
        default: row.get(7),
        identity: row.get(8),
        generated: row.get(9),
        comment: row.get(10),
    }
}

fn constraint(row: &Row) -> CatalogConstraint {
    let kind = match row.get(2) {
        "p" => ConstraintKind::PrimaryKey,
        "u" => ConstraintKind::Unique,
        "c" => ConstraintKind::Check,
        "f" => ConstraintKind::ForeignKey,
        _ => ConstraintKind::Other,
    };
    let foreign = row.get::<_, Option<String>>(5).map(|table| CatalogForeignKey {
        table,
        columns: row.get(6),
        on_delete: action(row.get(7)),
        on_update: action(row.get(8)),
    });
    CatalogConstraint { name: row.get(1), kind, columns: row.get(4), definition: row.get(3), foreign }
}

fn action(letter: &str) -> Option<String> {
    let word = match letter {
        "r" => "RESTRICT",
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        _ => return None,
    };
    Some(word.to_owned())
}

fn index(row: &Row) -> CatalogIndex {
    CatalogIndex {
        name: row.get(1),
        columns: row.get(2),
        unique: row.get(3),
        using: row.get(4),
        filter: row.get(5),
        definition: row.get(6),
    }
}
