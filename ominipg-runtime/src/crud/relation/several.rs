use std::future::Future;

use tokio::sync::Semaphore;
use tokio_postgres::error::SqlState;

use super::{BelongsTo, HasMany, ManyToMany, OptionalBelongsTo};
use crate::error::Error;
use crate::model::Model;
use crate::session::Session;

/// A relation that starts at rows of `M`.
pub trait Relation<M: Model>: Send + Sync {
    /// What it adds to each row.
    type Loaded: Clone + Send;

    /// Loads what belongs to each of `rows`, in their order.
    #[doc(hidden)]
    fn load_for(
        &self,
        session: Session<'_>,
        rows: &[M],
    ) -> impl Future<Output = Result<Vec<Self::Loaded>, Error>> + Send;
}

/// What comes with each row of `M`: nothing, a relation, or a tuple of relations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of rows of `{M}`",
    note = "pass a generated relation such as `users::posts()`, or a tuple of up to six, all of one table"
)]
pub trait Relations<M: Model>: Send + Sync {
    /// A row and what comes with it.
    type Row: Clone + Send;

    /// Loads what belongs to `rows`.
    #[doc(hidden)]
    fn load(
        &self,
        session: Session<'_>,
        rows: Vec<M>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Error>> + Send;
}

/// No relation: rows come alone.
#[derive(Debug, Clone, Copy)]
pub struct Alone;

impl<M: Model> Relations<M> for Alone {
    type Row = M;

    async fn load(&self, _: Session<'_>, rows: Vec<M>) -> Result<Vec<M>, Error> {
        Ok(rows)
    }
}

macro_rules! single {
    ($($kind:ident),*) => { $(
        impl<M: Model, R: Model, N: Relations<R>> Relations<M> for $kind<M, R, N> {
            type Row = (M, <Self as Relation<M>>::Loaded);

            async fn load(&self, session: Session<'_>, rows: Vec<M>) -> Result<Vec<Self::Row>, Error> {
                let loaded = self.load_for(session, &rows).await?;
                Ok(rows.into_iter().zip(loaded).collect())
            }
        }
    )* };
}

single!(HasMany, BelongsTo, OptionalBelongsTo, ManyToMany);

/// The error that the others come from: after the first, a transaction refuses all other statements.
fn cause<const N: usize>(errors: [Option<Error>; N]) -> Error {
    let is_refusal = |error: &Error| error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION);
    let mut errors: Vec<Error> = errors.into_iter().flatten().collect();
    let place = errors.iter().position(|error| !is_refusal(error)).unwrap_or(0);
    errors.swap_remove(place)
}

/// Does some work where no more is under way than may be.
async fn in_turn<T>(turns: &Semaphore, work: impl Future<Output = T>) -> T {
    let _turn = turns.acquire().await;
    work.await
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<Row: Model, $($name: Relation<Row>),+> Relations<Row> for ($($name,)+) {
            type Row = (Row, $($name::Loaded),+);

            #[expect(non_snake_case, reason = "one name for the type and its value")]
            async fn load(&self, session: Session<'_>, rows: Vec<Row>) -> Result<Vec<Self::Row>, Error> {
                let ($($name,)+) = self;
                let shared = if rows.is_empty() { None } else { session.share().await? };
                let session = session.on_shared(shared.as_ref());
                let turns = Semaphore::new(session.at_once());
                let ($($name,)+) = ($(Box::pin(in_turn(&turns, $name.load_for(session, &rows))),)+);
                // All go out at once, and each has its end, so that the connection is free for others.
                let ($(mut $name,)+) = match tokio::join!($($name),+) {
                    ($(Ok($name),)+) => ($($name.into_iter(),)+),
                    ($($name,)+) => return Err(cause([$($name.err()),+])),
                };
                let join = |row| Some((row, $($name.next()?),+));
                Ok(rows.into_iter().filter_map(join).collect())
            }
        }
    )* };
}

tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }
