use std::marker::PhantomData;

use super::rows::decode_all;
use super::selection::{Selection, from};
use super::update::check_condition;
use crate::error::Error;
use crate::model::Model;
use crate::session::Executor;
use crate::sql::Sql;

/// The delete of many rows, not sent yet.
#[must_use = "nothing is sent until `run` or `returning`"]
pub struct DeleteMany<M: Model> {
    selection: Selection,
    whole: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> DeleteMany<M> {
    /// A delete of the whole table.
    pub fn all() -> Self {
        Self { selection: Selection::default(), whole: true, model: PhantomData }
    }

    pub(super) fn found(selection: Selection) -> Self {
        Self { selection, whole: false, model: PhantomData }
    }

    /// Deletes and returns how many rows there were.
    ///
    /// # Errors
    ///
    /// Of the kind `Unconditional` where the search has no condition; else where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        on.session().count(self.statement()?).await
    }

    /// Deletes and returns the rows as they were.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn returning(self, on: &(impl Executor + ?Sized)) -> Result<Vec<M>, Error> {
        let mut sql = self.statement()?;
        sql.push(" RETURNING ").columns(M::TABLE);
        decode_all(&on.session().rows(sql).await?)
    }

    fn statement(&self) -> Result<Sql, Error> {
        check_condition(M::TABLE, &self.selection, self.whole, "delete")?;
        let mut sql = Sql::default();
        from(sql.push("DELETE"), M::TABLE).condition(&self.selection.filter)?;
        Ok(sql)
    }
}
