use std::marker::PhantomData;

use super::assignment::{Assignments, Change};
use super::rows::{read_all, validate};
use super::selection::Selection;
use crate::encode::Encoder;
use crate::error::{Error, ErrorKind};
use crate::filter::Expr;
use crate::model::{Encode, Model};
use crate::schema::TableDef;
use crate::session::{Executor, Session};
use crate::sql::{Sql, TABLE_ALIAS};

/// The update of many rows, not sent yet.
#[must_use = "nothing is sent until `run` or `returning`"]
pub struct UpdateMany<M: Model> {
    selection: Selection,
    patch: M::Patch,
    changes: Vec<Change>,
    whole: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> UpdateMany<M> {
    /// An update of the whole table.
    pub fn all(patch: M::Patch) -> Self {
        Self { selection: Selection::default(), patch, changes: Vec::new(), whole: true, model: PhantomData }
    }

    pub(super) fn found(selection: Selection, patch: M::Patch) -> Self {
        Self { selection, patch, changes: Vec::new(), whole: false, model: PhantomData }
    }

    /// Lets the database compute columns too, as `users::visits().increment(1)`.
    pub fn set(mut self, assignments: impl Assignments<M>) -> Self {
        add(&mut self.changes, assignments);
        self
    }

    /// Checks the patch against its schema, updates, and returns how many rows there were; an empty patch changes
    /// none and sends nothing.
    ///
    /// # Errors
    ///
    /// Of the kind `Unconditional` where the search has no condition; `Invalid` where the patch breaks the schema;
    /// else where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        match self.statement()? {
            Some(sql) => Session::of(&on).count(sql).await,
            None => Ok(0),
        }
    }

    /// As [`run`](Self::run), and returns the rows as they are now; an empty patch only reads them.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn returning(self, on: &(impl Executor + ?Sized)) -> Result<Vec<M>, Error> {
        let sql = match self.statement()? {
            Some(mut sql) => {
                sql.push(" RETURNING ").columns(M::TABLE);
                sql
            }
            None => self.selection.rows(M::TABLE)?,
        };
        read_all(Session::of(&on), sql).await
    }

    fn statement(&self) -> Result<Option<Sql>, Error> {
        check_condition(M::TABLE, &self.selection, self.whole, "update")?;
        validate(M::TABLE, &self.patch)?;
        let Some(mut sql) = set(M::TABLE, &self.patch, &self.changes)? else { return Ok(None) };
        sql.condition(&self.selection.condition(M::TABLE))?;
        Ok(Some(sql))
    }
}

/// Takes what assignments there are.
pub(super) fn add<M>(changes: &mut Vec<Change>, assignments: impl Assignments<M>) {
    let mut list = Vec::new();
    assignments.add_to(&mut list);
    changes.extend(list.into_iter().map(|assignment| assignment.change));
}

/// `UPDATE … SET …`, or nothing where there is nothing to change.
pub(super) fn set(
    table: &'static TableDef,
    patch: &dyn Encode,
    changes: &[Change],
) -> Result<Option<Sql>, Error> {
    let mut sql = Sql::default();
    sql.push("UPDATE ").name(table.name).push(" AS ").push(TABLE_ALIAS).push(" SET ");
    Ok(assignments(&mut sql, table, patch, changes)?.then_some(sql))
}

/// `column = value, …`; says whether there is any.
pub(super) fn assignments(
    sql: &mut Sql,
    table: &'static TableDef,
    patch: &dyn Encode,
    changes: &[Change],
) -> Result<bool, Error> {
    let mut values = Encoder::row(table);
    patch.encode(&mut values);
    let values = values.into_row()?;
    if values.is_empty() && changes.is_empty() {
        return Ok(false);
    }
    for (index, change) in changes.iter().enumerate() {
        change.check(table)?;
        let name = change.column();
        let in_patch = values.iter().any(|(column, _)| table.columns[*column].name == name);
        if in_patch || changes[..index].iter().any(|earlier| earlier.column() == name) {
            let message = format!("`{}.{name}` is set twice in one update", table.name);
            return Err(Error::new(ErrorKind::Parameter, message));
        }
    }
    let stamp = table.updated_at.filter(|stamp| values.iter().all(|(column, _)| column != stamp));
    let mut first = true;
    for (column, param) in values {
        let column = &table.columns[column];
        sql.comma(&mut first).name(column.name).push(" = ").value(column, param);
    }
    for change in changes {
        sql.comma(&mut first).change(change);
    }
    if let Some(stamp) = stamp {
        sql.comma(&mut first).name(table.columns[stamp].name).push(" = now()");
    }
    count_version(sql, table);
    Ok(true)
}

/// `, version = version + 1`, where the table counts updates; something stands before it.
pub(super) fn count_version(sql: &mut Sql, table: &TableDef) {
    if let Some(version) = table.version.map(|version| &table.columns[version]) {
        sql.push(", ")
            .name(version.name)
            .push(" = ")
            .push(TABLE_ALIAS)
            .push(".")
            .name(version.name)
            .push(" + 1");
    }
}

/// Refuses a change of the whole table that was not asked for, and one of a part that the statement cannot name.
pub(super) fn check_condition(
    table: &TableDef,
    selection: &Selection,
    whole: bool,
    verb: &str,
) -> Result<(), Error> {
    let name = table.name;
    if selection.is_windowed() {
        let message =
            format!("a {verb} of `{name}` cannot be ordered or limited: say which rows by a filter");
        return Err(Error::new(ErrorKind::Unconditional, message));
    }
    if !whole && matches!(selection.filter, Expr::Always(true)) {
        let message = format!(
            "this {verb} has no condition, so it would change every row of `{name}`: add a filter, or call \
             `{verb}_all` if that is meant"
        );
        return Err(Error::new(ErrorKind::Unconditional, message));
    }
    Ok(())
}
