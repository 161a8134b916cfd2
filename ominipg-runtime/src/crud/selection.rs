use super::lock::Lock;
use super::select::Call;
use crate::error::Error;
use crate::filter::{Expr, Order, OrderBy, Test};
use crate::param::Param;
use crate::schema::{ColumnDef, TableDef};
use crate::sql::{Sql, TABLE_ALIAS};

/// Which rows are wanted, in which order: plain data that several statements are made from.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) filter: Expr,
    pub(super) order: Vec<Sort>,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
    pub(super) lock: Option<Lock>,
    pub(super) deleted: Deleted,
}

/// Which rows are meant where deleted ones stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Deleted {
    Left,
    All,
    Only,
}

impl Deleted {
    /// The condition on the rows of a table that this is.
    pub(super) fn condition(self, table: &'static TableDef) -> Expr {
        let Some(column) = table.deleted_at else { return Expr::Always(true) };
        let left = Expr::Column(&table.columns[column], Test::Null);
        match self {
            Self::Left => left,
            Self::All => Expr::Always(true),
            Self::Only => left.negated(),
        }
    }
}

/// What to sort by.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    pub(super) by: SortKey,
    pub(super) descending: bool,
    pub(super) nulls_first: Option<bool>,
}

/// A column, or what is computed over a group.
#[derive(Debug, Clone)]
pub(super) enum SortKey {
    Column(&'static ColumnDef),
    Aggregate(Box<Call>),
    Search(&'static TableDef, Param),
}

impl From<Call> for SortKey {
    fn from(call: Call) -> Self {
        Self::Aggregate(Box::new(call))
    }
}

impl<M> From<Order<M>> for Sort {
    fn from(order: Order<M>) -> Self {
        let by = match order.by {
            OrderBy::Column(column) => SortKey::Column(column),
            OrderBy::Search(table, words) => SortKey::Search(table, words),
        };
        Self { by, descending: order.descending, nulls_first: order.nulls_first }
    }
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            filter: Expr::Always(true),
            order: Vec::new(),
            limit: None,
            offset: None,
            lock: None,
            deleted: Deleted::Left,
        }
    }
}

impl Selection {
    /// Whether rows are left out or sorted in any way but by the filter.
    pub(super) fn is_windowed(&self) -> bool {
        !self.order.is_empty() || self.limit.is_some() || self.offset.is_some()
    }

    /// The whole condition.
    pub(super) fn condition(&self, table: &'static TableDef) -> Expr {
        Expr::all([self.deleted.condition(table), self.filter.clone()])
    }

    /// `SELECT` of all columns.
    pub(super) fn rows(&self, table: &'static TableDef) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        sql.push("SELECT ").columns(table);
        self.tail(&mut sql, table)?;
        if let Some(lock) = self.lock {
            sql.lock(lock);
        }
        Ok(sql)
    }

    /// `SELECT` of the number of rows.
    pub(super) fn count(&self, table: &'static TableDef) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        if self.limit.is_none() && self.offset.is_none() {
            from(sql.push("SELECT count(*)"), table).condition(&self.condition(table))?;
            return Ok(sql);
        }
        sql.push("SELECT count(*) FROM (SELECT");
        self.tail(&mut sql, table)?;
        sql.push(") AS s");
        Ok(sql)
    }

    /// `SELECT` of whether there is a row.
    pub(super) fn exists(&self, table: &'static TableDef) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        sql.push("SELECT EXISTS (SELECT");
        self.tail(&mut sql, table)?;
        sql.push(")");
        Ok(sql)
    }

    fn tail(&self, sql: &mut Sql, table: &'static TableDef) -> Result<(), Error> {
        from(sql, table).condition(&self.condition(table))?;
        self.window(sql)
    }

    /// ` ORDER BY … LIMIT … OFFSET …`, of each what there is.
    pub(super) fn window(&self, sql: &mut Sql) -> Result<(), Error> {
        order_by(sql, &self.order)?;
        if let Some(limit) = self.limit {
            sql.push(" LIMIT ").param(Param::count(limit));
        }
        if let Some(offset) = self.offset {
            sql.push(" OFFSET ").param(Param::count(offset));
        }
        Ok(())
    }
}

/// ` FROM table AS t`
pub(super) fn from<'a>(sql: &'a mut Sql, table: &TableDef) -> &'a mut Sql {
    sql.push(" FROM ").name(table.name).push(" AS ").push(TABLE_ALIAS)
}

/// ` ORDER BY …`, or nothing.
pub(super) fn order_by(sql: &mut Sql, order: &[Sort]) -> Result<(), Error> {
    for (index, sort) in order.iter().enumerate() {
        sql.push(if index == 0 { " ORDER BY " } else { ", " });
        match &sort.by {
            SortKey::Column(column) => sql.column(column),
            SortKey::Aggregate(call) => sql.call(call)?,
            SortKey::Search(table, words) => sql.rank(table, words),
        };
        sql.push(if sort.descending { " DESC" } else { "" });
        sql.push(match sort.nulls_first {
            Some(true) => " NULLS FIRST",
            Some(false) => " NULLS LAST",
            None => "",
        });
    }
    Ok(())
}
