use std::marker::PhantomData;

use super::load::load;
use super::wanted::Wanted;
use super::{Alone, CreateFor, Link, Relation, Relations, Unlink};
use crate::error::Error;
use crate::filter::{Expr, Filter, IntoOrder};
use crate::model::Model;
use crate::schema::RelationDef;
use crate::session::Session;

/// Any number of rows of `R` refer to each row of `M`; `N` comes with each of them.
#[derive(Debug)]
pub struct HasMany<M, R, N = Alone> {
    def: &'static RelationDef,
    wanted: Wanted,
    nested: N,
    types: PhantomData<fn() -> (M, R)>,
}

/// Rows of a table between say which rows of `R` belong to each row of `M`; `N` comes with each of them.
#[derive(Debug)]
pub struct ManyToMany<M, R, N = Alone> {
    def: &'static RelationDef,
    wanted: Wanted,
    nested: N,
    types: PhantomData<fn() -> (M, R)>,
}

impl<M: Model, R: Model> HasMany<M, R> {
    /// An insert of a row that refers to `parent`, whatever `new` has in the columns that do.
    pub fn create_for(self, parent: &M, new: R::New) -> CreateFor<R> {
        CreateFor::new(self.def, parent, new)
    }
}

impl<M: Model, R: Model> ManyToMany<M, R> {
    /// Relates rows to `row`, by rows of the table between that have nothing else that must be given; those that are related
    /// already stay so.
    pub fn link<'a>(self, row: &M, others: impl IntoIterator<Item = &'a R>) -> Link<M, R> {
        Link::new(self.def, row, others)
    }

    /// Ends the relation of rows to `row`; they and it stay.
    pub fn unlink<'a>(self, row: &M, others: impl IntoIterator<Item = &'a R>) -> Unlink<M, R> {
        Unlink::new(self.def, row, others)
    }
}

macro_rules! to_many {
    ($kind:ident) => {
        impl<M, R, N: Clone> Clone for $kind<M, R, N> {
            fn clone(&self) -> Self {
                Self {
                    def: self.def,
                    wanted: self.wanted.clone(),
                    nested: self.nested.clone(),
                    types: PhantomData,
                }
            }
        }

        impl<M: Model, R: Model> $kind<M, R> {
            /// The relation that `def` describes.
            pub fn new(def: &'static RelationDef) -> Self {
                Self { def, wanted: Wanted::default(), nested: Alone, types: PhantomData }
            }

            /// Loads what is related to the related rows too: a relation, or a tuple of them, in one query each, to any depth.
            #[must_use]
            pub fn with<N: Relations<R>>(self, nested: N) -> $kind<M, R, N> {
                $kind { def: self.def, wanted: self.wanted, nested, types: PhantomData }
            }

            /// Rows of which at least one related row meets this condition.
            pub fn any(self, filter: Filter<R>) -> Filter<M> {
                Filter::new(Expr::related(self.def, self.wanted.and(filter)))
            }

            /// Rows of which no related row meets this condition.
            pub fn none(self, filter: Filter<R>) -> Filter<M> {
                self.any(filter).not()
            }

            /// Rows of which all related rows meet this condition; those that have none are among them.
            pub fn every(self, filter: Filter<R>) -> Filter<M> {
                self.none(filter.not())
            }

            /// Rows that have no related row.
            pub fn is_empty(self) -> Filter<M> {
                self.none(Filter::new(Expr::Always(true)))
            }
        }

        impl<M: Model, R: Model, N: Relations<R>> $kind<M, R, N> {
            /// Only rows that meet this condition too.
            #[must_use]
            pub fn filter(mut self, filter: Filter<R>) -> Self {
                self.wanted.filter(filter);
                self
            }

            /// Sorts each row's related rows; a further call sorts those that are equal so far.
            #[must_use]
            pub fn order_by(mut self, order: impl IntoOrder<R>) -> Self {
                self.wanted.order_by(order);
                self
            }

            /// At most this many related rows for each row.
            #[must_use]
            pub fn limit(mut self, rows: u64) -> Self {
                self.wanted.limit = Some(rows);
                self
            }
        }

        impl<M: Model, R: Model, N: Relations<R>> Relation<M> for $kind<M, R, N> {
            type Loaded = Vec<N::Row>;

            async fn load_for(&self, session: Session<'_>, rows: &[M]) -> Result<Vec<Vec<N::Row>>, Error> {
                load(session, self.def, &self.wanted, &self.nested, rows).await
            }
        }
    };
}

to_many!(HasMany);
to_many!(ManyToMany);
