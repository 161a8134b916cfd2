//! Deleted rows that stay in their table.

use std::marker::PhantomData;

use super::rows::read_all;
use super::selection::{Deleted, Selection, from};
use super::update::{check_condition, count_version};
use super::{ByKey, DeleteByKey, DeleteMany, Find, Relations};
use crate::error::Error;
use crate::model::{Model, SoftDelete};
use crate::schema::TableDef;
use crate::session::{Executor, Session};
use crate::sql::{Sql, TABLE_ALIAS};

impl<M: SoftDelete, R: Relations<M>> Find<M, R> {
    /// Deleted rows too.
    pub fn with_deleted(mut self) -> Self {
        self.selection.deleted = Deleted::All;
        self
    }

    /// Deleted rows only.
    pub fn only_deleted(mut self) -> Self {
        self.selection.deleted = Deleted::Only;
        self
    }
}

impl<M: SoftDelete> Find<M> {
    /// Makes deleted rows as if they never had been.
    pub fn restore(self) -> Restore<M> {
        Restore { selection: Selection { deleted: Deleted::Only, ..self.selection }, model: PhantomData }
    }
}

impl<M: SoftDelete> ByKey<M> {
    /// Also where the row is deleted.
    pub fn with_deleted(mut self) -> Self {
        self.deleted = Deleted::All;
        self
    }

    /// Makes the deleted row as if it never had been.
    pub fn restore(self) -> Restore<M> {
        let filter = self.with_deleted().condition();
        Restore {
            selection: Selection { deleted: Deleted::Only, filter, ..Selection::default() },
            model: PhantomData,
        }
    }
}

impl<M: SoftDelete> DeleteMany<M> {
    /// Takes the rows out of the table, also those that are deleted already.
    pub fn forever(mut self) -> Self {
        self.selection.deleted = Deleted::All;
        self.forever = true;
        self
    }
}

impl<M: SoftDelete> DeleteByKey<M> {
    /// Takes the row out of the table, also where it is deleted already.
    pub fn forever(mut self) -> Self {
        self.target.deleted = Deleted::All;
        self.forever = true;
        self
    }
}

/// The return of deleted rows, not sent yet.
#[must_use = "nothing is sent until `run` or `returning`"]
pub struct Restore<M: Model> {
    selection: Selection,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Restore<M> {
    /// Restores, and returns how many rows there were.
    ///
    /// # Errors
    ///
    /// Of the kind `Unconditional` where the search has no condition; else where PostgreSQL refuses, as for a key that another
    /// row has meanwhile.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        Session::of(&on).count(self.statement()?).await
    }

    /// Restores, and returns the rows.
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
        check_condition(M::TABLE, &self.selection, false, "restore")?;
        let mut sql = mark(M::TABLE, "NULL").unwrap_or_default();
        sql.condition(&self.selection.condition(M::TABLE))?;
        Ok(sql)
    }
}

/// The head of a delete: of one that leaves the rows where the table wants that, unless they are to go for ever.
pub(super) fn statement(table: &TableDef, forever: bool) -> Sql {
    mark(table, "now()").filter(|_| !forever).unwrap_or_else(|| {
        let mut sql = Sql::default();
        from(sql.push("DELETE"), table);
        sql
    })
}

/// `UPDATE … SET deletedAt = …`, where deleted rows stay.
fn mark(table: &TableDef, value: &str) -> Option<Sql> {
    let column = &table.columns[table.deleted_at?];
    let mut sql = Sql::default();
    sql.push("UPDATE ").name(table.name).push(" AS ").push(TABLE_ALIAS).push(" SET ");
    sql.name(column.name).push(" = ").push(value);
    if let Some(stamp) = table.updated_at {
        sql.push(", ").name(table.columns[stamp].name).push(" = now()");
    }
    count_version(&mut sql, table);
    Some(sql)
}
