use super::assignment::{Assignments, Change};
use super::rows::{decode, encode_key, not_found, validate};
use super::selection::{from, where_key};
use super::update;
use crate::error::Error;
use crate::model::Model;
use crate::session::{Executor, Session};
use crate::sql::Sql;

/// The row that has a primary key; nothing is sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `optional`, `one` or `exists`"]
pub struct ByKey<M: Model> {
    key: M::Key,
}

impl<M: Model> ByKey<M> {
    /// The row that has this key.
    pub fn new(key: M::Key) -> Self {
        Self { key }
    }

    /// The row, if it is there.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement, or the row is not what the schema says.
    pub async fn optional(self, on: &(impl Executor + ?Sized)) -> Result<Option<M>, Error> {
        self.load(on.session()).await
    }

    /// The row.
    ///
    /// # Errors
    ///
    /// Of the kind `NotFound` where it is not there; else as [`optional`](Self::optional).
    pub async fn one(self, on: &(impl Executor + ?Sized)) -> Result<M, Error> {
        self.load(on.session()).await?.ok_or_else(missing::<M>)
    }

    /// Whether the row is there.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement.
    pub async fn exists(self, on: &(impl Executor + ?Sized)) -> Result<bool, Error> {
        let mut sql = Sql::default();
        from(sql.push("SELECT"), M::TABLE);
        where_key(&mut sql, M::TABLE, encode_key::<M>(&self.key))?;
        Ok(!on.session().rows(sql).await?.is_empty())
    }

    /// An update of the row.
    pub fn update(self, patch: M::Patch) -> UpdateByKey<M> {
        UpdateByKey { target: self, patch, changes: Vec::new() }
    }

    /// A delete of the row.
    pub fn delete(self) -> DeleteByKey<M> {
        DeleteByKey { target: self }
    }

    async fn load(&self, session: Session<'_>) -> Result<Option<M>, Error> {
        let mut sql = Sql::default();
        from(sql.push("SELECT ").columns(M::TABLE), M::TABLE);
        where_key(&mut sql, M::TABLE, encode_key::<M>(&self.key))?;
        session.rows(sql).await?.first().map(decode).transpose()
    }
}

/// The update of one row, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct UpdateByKey<M: Model> {
    target: ByKey<M>,
    patch: M::Patch,
    changes: Vec<Change>,
}

impl<M: Model> UpdateByKey<M> {
    /// Lets the database compute columns too, as `users::visits().increment(1)`.
    pub fn set(mut self, assignments: impl Assignments<M>) -> Self {
        update::add(&mut self.changes, assignments);
        self
    }

    /// Checks the patch against its schema, updates the row and returns it; an empty patch only reads it.
    ///
    /// # Errors
    ///
    /// Of the kind `NotFound` where the row is not there, `Invalid` where the patch breaks the schema; else where
    /// PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<M, Error> {
        validate(M::TABLE, &self.patch)?;
        let Some(mut sql) = update::set(M::TABLE, &self.patch, &self.changes)? else {
            return self.target.one(on).await;
        };
        where_key(&mut sql, M::TABLE, encode_key::<M>(&self.target.key))?;
        sql.push(" RETURNING ").columns(M::TABLE);
        on.session().rows(sql).await?.first().map_or_else(|| Err(missing::<M>()), decode)
    }
}

/// The delete of one row, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct DeleteByKey<M: Model> {
    target: ByKey<M>,
}

impl<M: Model> DeleteByKey<M> {
    /// Deletes the row and says whether it was there.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<bool, Error> {
        let mut sql = Sql::default();
        from(sql.push("DELETE"), M::TABLE);
        where_key(&mut sql, M::TABLE, encode_key::<M>(&self.target.key))?;
        Ok(on.session().count(sql).await? > 0)
    }
}

fn missing<M: Model>() -> Error {
    not_found(M::TABLE, "has this key")
}
