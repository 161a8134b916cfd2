use std::marker::PhantomData;

use serde_json::Value;

use super::model_stream::ModelStream;
use super::relation::{Alone, Relations};
use super::rows::{not_found, read_all};
use super::selection::{Selection, Sort};
use super::{DeleteMany, Select, Selected, UpdateMany};
use crate::error::{Error, ErrorKind};
use crate::filter::{Expr, Filter, IntoOrder, JsonLimits, JsonPolicy, parse_json};
use crate::model::Model;
use crate::param::Params;
use crate::session::{Executor, RowStream, Session};

/// A search for rows of `M`, and of what is related to them; not sent yet.
#[must_use = "nothing is sent until `all`, `stream`, `first`, `one`, `count` or `exists`"]
pub struct Find<M, R = Alone> {
    pub(super) selection: Selection,
    pub(super) relations: R,
    model: PhantomData<fn() -> M>,
}

// Derived, it would ask `M` to be `Clone` too.
impl<M, R: Clone> Clone for Find<M, R> {
    fn clone(&self) -> Self {
        Self { selection: self.selection.clone(), relations: self.relations.clone(), model: PhantomData }
    }
}

impl<M: Model> Find<M> {
    /// A search that finds every row.
    #[expect(clippy::new_without_default, reason = "generated code is the only one to call it")]
    pub fn new() -> Self {
        Self { selection: Selection::default(), relations: Alone, model: PhantomData }
    }

    /// Loads related rows too: a relation, or a tuple of them, in one query each.
    pub fn with<R: Relations<M>>(self, relations: R) -> Find<M, R> {
        Find { selection: self.selection, relations, model: PhantomData }
    }

    /// Some columns, or what is computed over groups of rows, in place of the rows.
    pub fn select<S: Selected<M>>(self, selected: S) -> Select<M, S> {
        Select::found(self.selection, &selected)
    }

    /// How many rows there are.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement.
    pub async fn count(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        let rows = Session::of(&on).rows(self.selection.count(M::TABLE)?).await?;
        let count: i64 = crate::client::one(rows)?.try_get(0)?;
        Ok(count.unsigned_abs())
    }

    /// Whether there is a row.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement.
    pub async fn exists(self, on: &(impl Executor + ?Sized)) -> Result<bool, Error> {
        let rows = Session::of(&on).rows(self.selection.exists(M::TABLE)?).await?;
        Ok(crate::client::one(rows)?.try_get(0)?)
    }

    /// All rows, one by one, at the pace at which they are taken; they may be more than memory holds.
    ///
    /// ```no_run
    /// # use ominipg_runtime::{Error, Find, Model, Ominipg};
    /// # async fn each<M: Model + std::fmt::Debug>(db: Ominipg, find: Find<M>) -> Result<(), Error> {
    /// // let find = users::find().order_by(users::id().asc());
    /// let mut users = find.stream(&db).await?;
    /// while let Some(user) = users.next().await {
    ///     println!("{:?}", user?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement, or `on` is an [`Executor`] without `stream_typed`; what happens later is an item of the stream.
    pub async fn stream<'a>(self, on: &'a (impl Executor + ?Sized)) -> Result<ModelStream<'a, M>, Error> {
        let sql = self.selection.rows(M::TABLE)?;
        let params = Params::Ready(&sql.params);
        let Some(session) = on.native() else {
            let rows = RowStream::foreign(on, &sql.text, params).await?;
            return Ok(ModelStream::new(rows, false));
        };
        let rows = session.stream(&sql.text, params).await?;
        Ok(ModelStream::new(rows, session.validates_rows()))
    }

    /// An update of every row found.
    pub fn update(self, patch: M::Patch) -> UpdateMany<M> {
        UpdateMany::found(self.selection, patch)
    }

    /// A delete of every row found.
    pub fn delete(self) -> DeleteMany<M> {
        DeleteMany::found(self.selection)
    }
}

impl<M: Model, R: Relations<M>> Find<M, R> {
    /// Only rows that meet this condition too.
    pub fn filter(mut self, filter: Filter<M>) -> Self {
        self.selection.filter = Expr::all([self.selection.filter, filter.expr]);
        self
    }

    /// Only rows that meet this condition too: a MongoDB-style filter that may come from outside.
    ///
    /// # Errors
    ///
    /// Where the filter is not understood, with a JSON Pointer to the place.
    pub fn filter_json(mut self, filter: &Value) -> Result<Self, Error> {
        self.selection.filter =
            Expr::all([self.selection.filter, parse_json(M::TABLE, filter, &JsonLimits::default())?]);
        Ok(self)
    }

    /// As [`filter_json`](Self::filter_json), of what a policy allows.
    ///
    /// ```ignore
    /// let policy = JsonPolicy::new().columns((users::name(), users::age())).operators(["$eq", "$gte", "$lte"]);
    /// let found = users::find().filter_json_within(&policy, &filter)?.limit(100).all(&db).await?;
    /// ```
    ///
    /// # Errors
    ///
    /// Where the filter is not understood or not allowed, with a JSON Pointer to the place.
    pub fn filter_json_within(mut self, policy: &JsonPolicy<M>, filter: &Value) -> Result<Self, Error> {
        let filter = parse_json(M::TABLE, filter, policy.limits())?;
        self.selection.filter = Expr::all([self.selection.filter, filter]);
        Ok(self)
    }

    /// Sorts the rows; a further call sorts rows that are equal so far.
    pub fn order_by(mut self, order: impl IntoOrder<M>) -> Self {
        self.selection.order.extend(order.into_order().into_iter().map(Sort::from));
        self
    }

    /// At most this many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.selection.limit = Some(rows);
        self
    }

    /// Leaves out this many rows at the start.
    pub fn offset(mut self, rows: u64) -> Self {
        self.selection.offset = Some(rows);
        self
    }

    /// All rows.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement, or a row is not what the schema says.
    pub async fn all(self, on: &(impl Executor + ?Sized)) -> Result<Vec<R::Row>, Error> {
        self.load(Session::of(&on)).await
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub async fn first(self, on: &(impl Executor + ?Sized)) -> Result<Option<R::Row>, Error> {
        Ok(self.at_most(1).load(Session::of(&on)).await?.pop())
    }

    /// The only row.
    ///
    /// # Errors
    ///
    /// Of the kind `NotFound` or `TooMany` where there is not exactly one; else as [`all`](Self::all).
    pub async fn one(self, on: &(impl Executor + ?Sized)) -> Result<R::Row, Error> {
        let mut rows = self.at_most(2).load(Session::of(&on)).await?;
        if rows.len() > 1 {
            let message = format!("more than one row of `{}` meets the condition", M::TABLE.name);
            return Err(Error::new(ErrorKind::TooMany, message));
        }
        rows.pop().ok_or_else(|| not_found(M::TABLE, "meets the condition"))
    }

    fn at_most(mut self, rows: u64) -> Self {
        self.selection.limit = Some(self.selection.limit.map_or(rows, |limit| limit.min(rows)));
        self
    }

    async fn load(self, session: Session<'_>) -> Result<Vec<R::Row>, Error> {
        let rows = read_all(session, self.selection.rows(M::TABLE)?).await?;
        self.relations.load(session, rows).await
    }
}
