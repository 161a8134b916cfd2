//! The rows that come after a row, in the order of a sort.

use crate::crud::selection::{Sort, SortKey};
use crate::error::{Error, ErrorKind};
use crate::filter::Expr;
use crate::param::Param;
use crate::schema::{ColumnDef, TableDef};
use crate::sql::Sql;

/// A column of a sort, with everything said that PostgreSQL would decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) column: &'static ColumnDef,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

/// The columns that `order` sorts by, and then those of the primary key: no two rows are equal in all of them.
pub(super) fn keys(table: &'static TableDef, order: &[Sort]) -> Result<Vec<Key>, Error> {
    if order.iter().any(|sort| matches!(sort.by, SortKey::Search(..))) {
        let message = "pages cannot be sorted by how well rows fit a search, for that is no column: use `limit` and `offset`";
        return Err(Error::new(ErrorKind::Parameter, message));
    }
    let mut keys: Vec<Key> = Vec::new();
    let sorted = order.iter().filter_map(|sort| match &sort.by {
        SortKey::Column(column) => Some(Key {
            column,
            descending: sort.descending,
            nulls_first: sort.nulls_first.unwrap_or(sort.descending),
        }),
        SortKey::Aggregate(_) | SortKey::Search(..) => None,
    });
    let primary = table.primary_key.iter().map(|&at| Key {
        column: &table.columns[at],
        descending: false,
        nulls_first: false,
    });
    for key in sorted.chain(primary) {
        if keys.iter().all(|known| known.column.name != key.column.name) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// A sort that says the same.
pub(super) fn sorts(keys: &[Key]) -> Vec<Sort> {
    let sort = |key: &Key| Sort {
        by: SortKey::Column(key.column),
        descending: key.descending,
        // Said only where it matters, so that a plain index serves.
        nulls_first: (key.column.nullable && key.nulls_first != key.descending).then_some(key.nulls_first),
    };
    keys.iter().map(sort).collect()
}

/// The condition that a row comes after the one with these values.
pub(super) fn after(keys: &[Key], values: Vec<Param>) -> Expr {
    Expr::After(keys.iter().copied().zip(values).collect())
}

impl Sql {
    /// Adds the condition that a row comes after the one with these values.
    pub(crate) fn after(&mut self, row: &[(Key, Param)]) -> Result<&mut Self, Error> {
        let is_plain = |(key, value): &(Key, Param)| {
            key.descending == row[0].0.descending && !key.column.nullable && value.value.is_some()
        };
        if row.iter().all(is_plain) {
            return Ok(self.after_plain(row));
        }
        self.push("(");
        for last in 0..row.len() {
            self.push(if last == 0 { "" } else { " OR " }).push("(");
            for (key, value) in &row[..last] {
                self.same(key, value).push(" AND ");
            }
            let (key, value) = &row[last];
            self.beyond(key, value).push(")");
        }
        Ok(self.push(")"))
    }

    /// A comparison of rows, which an index on the columns serves.
    fn after_plain(&mut self, row: &[(Key, Param)]) -> &mut Self {
        self.push("(");
        let mut first = true;
        for (key, _) in row {
            self.comma(&mut first).column(key.column);
        }
        self.push(if row[0].0.descending { ") < (" } else { ") > (" });
        let mut first = true;
        for (key, value) in row {
            self.comma(&mut first).value(key.column, value.clone());
        }
        self.push(")")
    }

    fn same(&mut self, key: &Key, value: &Param) -> &mut Self {
        self.column(key.column);
        match value.value {
            None => self.push(" IS NULL"),
            Some(_) => self.push(" = ").value(key.column, value.clone()),
        }
    }

    fn beyond(&mut self, key: &Key, value: &Param) -> &mut Self {
        if value.value.is_none() {
            return match key.nulls_first {
                true => self.column(key.column).push(" IS NOT NULL"),
                false => self.push("false"),
            };
        }
        let nulls_follow = key.column.nullable && !key.nulls_first;
        self.push(if nulls_follow { "(" } else { "" }).column(key.column);
        self.push(if key.descending { " < " } else { " > " }).value(key.column, value.clone());
        if nulls_follow {
            self.push(" OR ").column(key.column).push(" IS NULL)");
        }
        self
    }
}
