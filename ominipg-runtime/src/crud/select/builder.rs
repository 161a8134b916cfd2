use std::marker::PhantomData;

use tokio_postgres::Row;

use super::aggregate::AggregateOrder;
use super::having::Having;
use super::item::{Item, Kind, Selected};
use crate::crud::rows::not_found;
use crate::crud::selection::{Selection, Sort, from};
use crate::error::{Error, ErrorKind};
use crate::filter::{Expr, Order};
use crate::model::Model;
use crate::session::{Executor, Session};
use crate::sql::Sql;

/// A search for some columns of rows of `M`, or for what is computed over groups of them; not sent yet.
///
/// Where there are aggregates, the columns beside them are what the rows are grouped by; without columns, all rows are one
/// group.
///
/// ```ignore
/// let busiest: Vec<(String, i64, Option<f64>)> = flights::find()
///     .filter(flights::month().eq(7))
///     .select((flights::carrier(), count(), flights::dep_delay().avg()))
///     .having(count().gte(1000))
///     .order_by(count().desc())
///     .limit(3)
///     .all(&db)
///     .await?;
/// ```
#[must_use = "nothing is sent until `all`, `first` or `one`"]
pub struct Select<M, S: Selected<M>, V = <S as Selected<M>>::Value> {
    selection: Selection,
    items: Vec<Item>,
    distinct: bool,
    having: Expr,
    read: fn(&Row, &mut usize) -> Result<S::Value, Error>,
    map: fn(S::Value) -> V,
    model: PhantomData<fn() -> M>,
}

impl<M, S: Selected<M>, V> Clone for Select<M, S, V> {
    fn clone(&self) -> Self {
        Self {
            selection: self.selection.clone(),
            items: self.items.clone(),
            having: self.having.clone(),
            ..*self
        }
    }
}

impl<M: Model, S: Selected<M>> Select<M, S> {
    pub(in crate::crud) fn found(selection: Selection, selected: &S) -> Self {
        let mut items = Vec::new();
        selected.items(&mut items);
        let having = Expr::Always(true);
        Self {
            selection,
            items,
            distinct: false,
            having,
            read: S::read,
            map: |value| value,
            model: PhantomData,
        }
    }

    /// Makes something else of each row that is selected, such as a struct.
    ///
    /// ```ignore
    /// let cards: Vec<Card> = users::find().select((users::id(), users::name())).map(|(id, name)| Card { id, name }).all(&db).await?;
    /// ```
    pub fn map<V>(self, map: fn(S::Value) -> V) -> Select<M, S, V> {
        let Self { selection, items, distinct, having, read, .. } = self;
        Select { selection, items, distinct, having, read, map, model: PhantomData }
    }
}

impl<M: Model, S: Selected<M>, V> Select<M, S, V> {
    /// Each different row once.
    pub fn distinct(self) -> Self {
        Self { distinct: true, ..self }
    }

    /// Only groups that meet this condition too.
    pub fn having(mut self, having: Having<M>) -> Self {
        self.having = Expr::all([self.having, having.expr]);
        self
    }

    /// Sorts what comes back, by columns or aggregates; a further call sorts what is equal so far.
    pub fn order_by(mut self, order: impl IntoSelectOrder<M>) -> Self {
        order.add_to(&mut self.selection.order);
        self
    }

    /// At most this many.
    pub fn limit(mut self, rows: u64) -> Self {
        self.selection.limit = Some(rows);
        self
    }

    /// Leaves out this many at the start.
    pub fn offset(mut self, rows: u64) -> Self {
        self.selection.offset = Some(rows);
        self
    }

    /// All of them.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement, or a value is not what the schema says.
    pub async fn all(self, on: &(impl Executor + ?Sized)) -> Result<Vec<V>, Error> {
        let rows = Session::of(&on).rows(self.statement()?).await?;
        rows.iter().map(|row| Ok((self.map)((self.read)(row, &mut 0)?))).collect()
    }

    /// The first, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub async fn first(self, on: &(impl Executor + ?Sized)) -> Result<Option<V>, Error> {
        Ok(self.at_most(1).all(on).await?.pop())
    }

    /// The only one, as of aggregates over all rows.
    ///
    /// # Errors
    ///
    /// Of the kind `NotFound` or `TooMany` where there is not exactly one; else as [`all`](Self::all).
    pub async fn one(self, on: &(impl Executor + ?Sized)) -> Result<V, Error> {
        let mut rows = self.at_most(2).all(on).await?;
        if rows.len() > 1 {
            let message = format!("more than one selected row of `{}` meets the condition", M::TABLE.name);
            return Err(Error::new(ErrorKind::TooMany, message));
        }
        rows.pop().ok_or_else(|| not_found(M::TABLE, "meets the condition"))
    }

    fn at_most(mut self, rows: u64) -> Self {
        self.selection.limit = Some(self.selection.limit.map_or(rows, |limit| limit.min(rows)));
        self
    }

    fn statement(&self) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        sql.push(if self.distinct { "SELECT DISTINCT " } else { "SELECT " });
        let mut first = true;
        for Item(kind) in &self.items {
            sql.comma(&mut first);
            match kind {
                Kind::Column(column) => sql.read_column(column),
                Kind::Aggregate(call) => sql.call(call)?,
            };
        }
        from(&mut sql, M::TABLE).condition(&self.selection.condition(M::TABLE))?;
        let has_groups = self.items.iter().any(|Item(kind)| matches!(kind, Kind::Aggregate(_)));
        let mut first = true;
        for Item(kind) in &self.items {
            if let (Kind::Column(column), true) = (kind, has_groups) {
                sql.push(if first { " GROUP BY " } else { ", " }).column(column);
                first = false;
            }
        }
        if !matches!(self.having, Expr::Always(true)) {
            sql.push(" HAVING ").expr(&self.having)?;
        }
        self.selection.window(&mut sql)?;
        Ok(sql)
    }
}

/// One order or several of what is selected, the first being the most important.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of what is selected from rows of `{M}`",
    note = "write `column().asc()`, `count().desc()`, or a tuple of these, all of one table"
)]
pub trait IntoSelectOrder<M> {
    /// Adds them.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "only this crate calls it")]
    fn add_to(self, sorts: &mut Vec<Sort>);
}

impl<M> IntoSelectOrder<M> for Order<M> {
    #[expect(private_interfaces, reason = "only this crate calls it")]
    fn add_to(self, sorts: &mut Vec<Sort>) {
        sorts.push(self.into());
    }
}

impl<M> IntoSelectOrder<M> for AggregateOrder<M> {
    #[expect(private_interfaces, reason = "only this crate calls it")]
    fn add_to(self, sorts: &mut Vec<Sort>) {
        sorts.push(self.into());
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<Model, $($name: IntoSelectOrder<Model>),+> IntoSelectOrder<Model> for ($($name,)+) {
            #[expect(private_interfaces, reason = "only this crate calls it")]
            fn add_to(self, sorts: &mut Vec<Sort>) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                $($name.add_to(sorts);)+
            }
        }
    )* };
}

tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }
