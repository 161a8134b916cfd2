use super::assignment::{Assignments, Change};
use super::rows::{ReadRows, encode_key, not_found, read_one, validate};
use super::selection::{Deleted, from};
use super::{deleted, update};
use crate::error::{Error, ErrorKind};
use crate::filter::{Expr, Test};
use crate::model::{Model, Versioned};
use crate::param::Param;
use crate::session::{Executor, Session};
use crate::sql::Sql;
use crate::texts::Texts;

/// The statements that read a row by its key.
static TEXTS: Texts<Deleted> = Texts::new();

/// The row that has a primary key; nothing is sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `optional`, `one` or `exists`"]
pub struct ByKey<M: Model> {
    key: M::Key,
    pub(super) deleted: Deleted,
}

impl<M: Model> ByKey<M> {
    /// The row that has this key.
    pub fn new(key: M::Key) -> Self {
        Self { key, deleted: Deleted::Left }
    }

    /// The row, if it is there.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement, or the row is not what the schema says.
    pub async fn optional(self, on: &(impl Executor + ?Sized)) -> Result<Option<M>, Error> {
        self.load(Session::of(&on)).await
    }

    /// The row.
    ///
    /// # Errors
    ///
    /// Of the kind `NotFound` where it is not there; else as [`optional`](Self::optional).
    pub async fn one(self, on: &(impl Executor + ?Sized)) -> Result<M, Error> {
        self.load(Session::of(&on)).await?.ok_or_else(missing::<M>)
    }

    /// Whether the row is there.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses the statement.
    pub async fn exists(self, on: &(impl Executor + ?Sized)) -> Result<bool, Error> {
        self.is_there(Session::of(&on)).await
    }

    /// An update of the row.
    pub fn update(self, patch: M::Patch) -> UpdateByKey<M> {
        UpdateByKey { target: self, patch, changes: Vec::new(), version: Ok(None) }
    }

    /// A delete of the row.
    pub fn delete(self) -> DeleteByKey<M> {
        DeleteByKey { target: self, version: Ok(None), forever: false }
    }

    /// The condition that a row is this one.
    pub(super) fn condition(&self) -> Expr {
        let parts = match encode_key::<M>(&self.key).into_row() {
            Ok(parts) => parts,
            Err(error) => return Expr::Invalid(error.to_string()),
        };
        let part =
            |(column, param): (usize, Param)| Expr::Column(&M::TABLE.columns[column], Test::Is("=", param));
        Expr::all(parts.into_iter().map(part).chain([self.deleted.condition(M::TABLE)]))
    }

    async fn load(&self, session: Session<'_>) -> Result<Option<M>, Error> {
        let Some(text) = TEXTS.get(M::TABLE, self.deleted) else {
            return read_one(session, self.select()?).await;
        };
        let key = encode_key::<M>(&self.key).into_params()?;
        let mut row = ReadRows::new(session);
        session.select(text, &key, &mut row).await?;
        row.finish()
    }

    fn select(&self) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        from(sql.push("SELECT ").columns(M::TABLE), M::TABLE).condition(&self.condition())?;
        TEXTS.keep(M::TABLE, self.deleted, &sql.text);
        Ok(sql)
    }

    async fn is_there(&self, session: Session<'_>) -> Result<bool, Error> {
        let mut sql = Sql::default();
        from(sql.push("SELECT"), M::TABLE).condition(&self.condition())?;
        Ok(!session.rows(sql).await?.is_empty())
    }

    /// Why a row with a version was not found.
    async fn conflict(&self, session: Session<'_>) -> Error {
        match self.is_there(session).await {
            Ok(true) => {
                let message = format!(
                    "the row of `{}` was changed since its version was read: read it again, and decide anew",
                    M::TABLE.name
                );
                Error::new(ErrorKind::Conflict, message)
            }
            Ok(false) => missing::<M>(),
            Err(error) => error,
        }
    }
}

/// The version that a row must have.
type Expected = Result<Option<Param>, String>;

fn expected<M: Versioned>(version: &M::Version) -> Expected {
    let column = M::TABLE.version.map(|column| &M::TABLE.columns[column]);
    let Some(column) = column else { return Ok(None) };
    Param::encode(version, column.ty.wire()).map(Some).map_err(|cause| format!("a version: {cause}"))
}

/// The condition that a row has the version that is expected.
fn version<M: Model>(expected: &Expected) -> Expr {
    match (expected, M::TABLE.version) {
        (Err(message), _) => Expr::Invalid(message.clone()),
        (Ok(Some(version)), Some(column)) => {
            Expr::Column(&M::TABLE.columns[column], Test::Is("=", version.clone()))
        }
        _ => Expr::Always(true),
    }
}

/// The update of one row, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct UpdateByKey<M: Model> {
    target: ByKey<M>,
    patch: M::Patch,
    changes: Vec<Change>,
    version: Expected,
}

impl<M: Model> UpdateByKey<M> {
    /// Lets the database compute columns too, as `users::visits().increment(1)`.
    pub fn set(mut self, assignments: impl Assignments<M>) -> Self {
        update::add(&mut self.changes, assignments);
        self
    }

    /// Only where the row still has this version, as when it was read.
    pub fn at_version(mut self, version: M::Version) -> Self
    where
        M: Versioned,
    {
        self.version = expected::<M>(&version);
        self
    }

    /// Checks the patch against its schema, updates the row and returns it; an empty patch only reads it.
    ///
    /// # Errors
    ///
    /// Of the kind `NotFound` where the row is not there, `Conflict` where it has another version, `Invalid` where the patch
    /// breaks the schema; else where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<M, Error> {
        validate(M::TABLE, &self.patch)?;
        let Some(mut sql) = update::set(M::TABLE, &self.patch, &self.changes)? else {
            return self.target.one(on).await;
        };
        sql.condition(&Expr::all([self.target.condition(), version::<M>(&self.version)]))?;
        sql.push(" RETURNING ").columns(M::TABLE);
        let session = Session::of(&on);
        match read_one(session, sql).await? {
            Some(row) => Ok(row),
            None if matches!(self.version, Ok(None)) => Err(missing::<M>()),
            None => Err(self.target.conflict(session).await),
        }
    }
}

/// The delete of one row, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct DeleteByKey<M: Model> {
    pub(super) target: ByKey<M>,
    version: Expected,
    pub(super) forever: bool,
}

impl<M: Model> DeleteByKey<M> {
    /// Only where the row still has this version, as when it was read.
    pub fn at_version(mut self, version: M::Version) -> Self
    where
        M: Versioned,
    {
        self.version = expected::<M>(&version);
        self
    }

    /// Deletes the row and says whether it was there. Where the schema says `softDelete`, the row stays, with the time of this.
    ///
    /// # Errors
    ///
    /// Of the kind `Conflict` where the row has another version; else where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<bool, Error> {
        let mut sql = deleted::statement(M::TABLE, self.forever);
        sql.condition(&Expr::all([self.target.condition(), version::<M>(&self.version)]))?;
        let session = Session::of(&on);
        if session.count(sql).await? > 0 {
            return Ok(true);
        }
        if matches!(self.version, Ok(None)) {
            return Ok(false);
        }
        let conflict = self.target.conflict(session).await;
        if conflict.kind() == ErrorKind::NotFound { Ok(false) } else { Err(conflict) }
    }
}

fn missing<M: Model>() -> Error {
    not_found(M::TABLE, "has this key")
}
