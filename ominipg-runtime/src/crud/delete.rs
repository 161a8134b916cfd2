use std::marker::PhantomData;

use super::deleted;
use super::rows::read_all;
use super::selection::Selection;
use super::update::check_condition;
use crate::error::Error;
use crate::model::Model;
use crate::session::{Executor, Session};
use crate::sql::Sql;

/// The delete of many rows, not sent yet.
#[must_use = "nothing is sent until `run` or `returning`"]
pub struct DeleteMany<M: Model> {
    pub(super) selection: Selection,
    whole: bool,
    /// Whether rows go that would stay as deleted.
    pub(super) forever: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> DeleteMany<M> {
    /// A delete of the whole table.
    pub fn all() -> Self {
        Self { selection: Selection::default(), whole: true, forever: false, model: PhantomData }
    }

    pub(super) fn found(selection: Selection) -> Self {
        Self { selection, whole: false, forever: false, model: PhantomData }
    }

    /// Deletes and returns how many rows there were. Where the schema says `softDelete`, the rows stay, with the time of this.
    ///
    /// # Errors
    ///
    /// Of the kind `Unconditional` where the search has no condition; else where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        Session::of(&on).count(self.statement()?).await
    }

    /// Deletes and returns the rows as they were.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn returning(self, on: &(impl Executor + ?Sized)) -> Result<Vec<M>, Error> {
        let mut sql = self.statement()?;
        sql.push(" RETURNING ").columns(M::TABLE);
        read_all(Session::of(&on), sql).await
    }

    fn statement(&self) -> Result<Sql, Error> {
        check_condition(M::TABLE, &self.selection, self.whole, "delete")?;
        let mut sql = deleted::statement(M::TABLE, self.forever);
        sql.condition(&self.selection.condition(M::TABLE))?;
        Ok(sql)
    }
}
