use std::marker::PhantomData;

use super::load::load;
use super::wanted::Wanted;
use super::{Alone, Relation, Relations};
use crate::crud::rows::not_found;
use crate::error::Error;
use crate::filter::{Expr, Filter};
use crate::model::Model;
use crate::schema::RelationDef;
use crate::session::Session;

/// Each row of `M` refers to one row of `R`, which a foreign key keeps there; `N` comes with it.
#[derive(Debug)]
pub struct BelongsTo<M, R, N = Alone> {
    def: &'static RelationDef,
    nested: N,
    types: PhantomData<fn() -> (M, R)>,
}

/// Each row of `M` refers to at most one row of `R`: its key may be NULL, or no foreign key keeps the row there; `N` comes
/// with it.
#[derive(Debug)]
pub struct OptionalBelongsTo<M, R, N = Alone> {
    def: &'static RelationDef,
    nested: N,
    types: PhantomData<fn() -> (M, R)>,
}

macro_rules! belongs_to {
    ($kind:ident) => {
        impl<M, R, N: Clone> Clone for $kind<M, R, N> {
            fn clone(&self) -> Self {
                Self { def: self.def, nested: self.nested.clone(), types: PhantomData }
            }
        }

        impl<M: Model, R: Model> $kind<M, R> {
            /// The relation that `def` describes.
            pub fn new(def: &'static RelationDef) -> Self {
                Self { def, nested: Alone, types: PhantomData }
            }

            /// Loads what is related to the related rows too: a relation, or a tuple of them, in one query each, to any
            /// depth.
            #[must_use]
            pub fn with<N: Relations<R>>(self, nested: N) -> $kind<M, R, N> {
                $kind { def: self.def, nested, types: PhantomData }
            }

            /// Rows whose related row meets this condition.
            pub fn is(self, filter: Filter<R>) -> Filter<M> {
                Filter::new(Expr::related(self.def, filter.expr))
            }

            /// Rows whose related row does not meet this condition, or is not there.
            pub fn is_not(self, filter: Filter<R>) -> Filter<M> {
                self.is(filter).not()
            }
        }
    };
}

belongs_to!(BelongsTo);
belongs_to!(OptionalBelongsTo);

impl<M: Model, R: Model, N: Relations<R>> Relation<M> for BelongsTo<M, R, N> {
    type Loaded = N::Row;

    async fn load_for(&self, session: Session<'_>, rows: &[M]) -> Result<Vec<N::Row>, Error> {
        // A row that is deleted between the two queries is the one way for it to be missing.
        let missing = || {
            not_found(R::TABLE, &format!("is referred to by `{}`: it was deleted meanwhile", M::TABLE.name))
        };
        let found = load(session, self.def, &Wanted::default(), &self.nested, rows).await?;
        found.into_iter().map(|mut rows: Vec<N::Row>| rows.pop().ok_or_else(missing)).collect()
    }
}

impl<M: Model, R: Model, N: Relations<R>> Relation<M> for OptionalBelongsTo<M, R, N> {
    type Loaded = Option<N::Row>;

    async fn load_for(&self, session: Session<'_>, rows: &[M]) -> Result<Vec<Option<N::Row>>, Error> {
        let found = load(session, self.def, &Wanted::default(), &self.nested, rows).await?;
        Ok(found.into_iter().map(|mut rows: Vec<N::Row>| rows.pop()).collect())
    }
}
