use std::marker::PhantomData;

use super::Relation;
use super::load::{Wanted, load};
use crate::crud::rows::not_found;
use crate::crud::selection::Sort;
use crate::error::Error;
use crate::filter::{Expr, Filter, IntoOrder};
use crate::model::Model;
use crate::schema::RelationDef;
use crate::session::Session;

type Types<M, R> = PhantomData<fn() -> (M, R)>;

/// Any number of rows of `R` refer to each row of `M`.
#[derive(Debug)]
pub struct HasMany<M, R> {
    def: &'static RelationDef,
    wanted: Wanted,
    types: Types<M, R>,
}

impl<M: Model, R: Model> HasMany<M, R> {
    /// The relation that `def` describes.
    pub fn new(def: &'static RelationDef) -> Self {
        Self { def, wanted: Wanted::default(), types: PhantomData }
    }

    /// Only rows that meet this condition too.
    #[must_use]
    pub fn filter(mut self, filter: Filter<R>) -> Self {
        self.wanted.filter = Expr::all([self.wanted.filter, filter.expr]);
        self
    }

    /// Sorts each row's related rows; a further call sorts those that are equal so far.
    #[must_use]
    pub fn order_by(mut self, order: impl IntoOrder<R>) -> Self {
        self.wanted.order.extend(order.into_order().into_iter().map(Sort::from));
        self
    }

    /// At most this many related rows for each row.
    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.wanted.limit = Some(rows);
        self
    }
}

impl<M: Model, R: Model> Relation<M> for HasMany<M, R> {
    type Loaded = Vec<R>;

    async fn load_for(&self, session: Session<'_>, rows: &[M]) -> Result<Vec<Vec<R>>, Error> {
        load(session, self.def, &self.wanted, rows).await
    }
}

/// Each row of `M` refers to one row of `R`, which a foreign key keeps there.
#[derive(Debug)]
pub struct BelongsTo<M, R> {
    def: &'static RelationDef,
    types: Types<M, R>,
}

impl<M: Model, R: Model> BelongsTo<M, R> {
    /// The relation that `def` describes.
    pub fn new(def: &'static RelationDef) -> Self {
        Self { def, types: PhantomData }
    }
}

impl<M: Model, R: Model> Relation<M> for BelongsTo<M, R> {
    type Loaded = R;

    async fn load_for(&self, session: Session<'_>, rows: &[M]) -> Result<Vec<R>, Error> {
        // A row that is deleted between the two queries is the one way for it to be missing.
        let missing = || {
            not_found(R::TABLE, &format!("is referred to by `{}`: it was deleted meanwhile", M::TABLE.name))
        };
        let found = load(session, self.def, &Wanted::default(), rows).await?;
        found.into_iter().map(|mut rows: Vec<R>| rows.pop().ok_or_else(missing)).collect()
    }
}

/// Each row of `M` refers to at most one row of `R`: its key may be NULL, or no foreign key keeps the row there.
#[derive(Debug)]
pub struct OptionalBelongsTo<M, R> {
    def: &'static RelationDef,
    types: Types<M, R>,
}

impl<M: Model, R: Model> OptionalBelongsTo<M, R> {
    /// The relation that `def` describes.
    pub fn new(def: &'static RelationDef) -> Self {
        Self { def, types: PhantomData }
    }
}

impl<M: Model, R: Model> Relation<M> for OptionalBelongsTo<M, R> {
    type Loaded = Option<R>;

    async fn load_for(&self, session: Session<'_>, rows: &[M]) -> Result<Vec<Option<R>>, Error> {
        let found = load(session, self.def, &Wanted::default(), rows).await?;
        Ok(found.into_iter().map(|mut rows: Vec<R>| rows.pop()).collect())
    }
}
