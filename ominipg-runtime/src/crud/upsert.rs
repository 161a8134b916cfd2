use super::columns::Columns;
use super::rows::{decode, not_found, validate};
use super::selection::from;
use super::{insert, update};
use crate::encode::Encoder;
use crate::error::Error;
use crate::model::{Encode, Model};
use crate::param::Param;
use crate::schema::TableDef;
use crate::session::{Executor, Session};
use crate::sql::{Sql, TABLE_ALIAS};

/// The insert of a row that may be there already, by one of the table's unique keys; what is done then is said next.
#[derive(Clone)]
#[must_use = "say what is done with a row that is there: `update_all`, `update`, `set` or `keep_existing`"]
pub struct Upsert<M: Model> {
    new: M::New,
    /// The columns of the unique key.
    target: &'static [usize],
}

impl<M: Model> Upsert<M> {
    /// An insert of `new`, unless there is a row with the same values in the columns `target`.
    pub fn new(target: &'static [usize], new: M::New) -> Self {
        Self { new, target }
    }

    /// Gives a row that is there every value that is set in the new one. A deleted row that stayed is one that is there, and
    /// is there again then.
    pub fn update_all(self) -> UpsertUpdate<M> {
        UpsertUpdate { upsert: self, with: With::All }
    }

    /// Gives a row that is there the new one's values in these columns: a column, or a tuple of them.
    pub fn update(self, columns: impl Columns<M>) -> UpsertUpdate<M> {
        UpsertUpdate { upsert: self, with: With::Columns(columns.names()) }
    }

    /// Changes a row that is there by a patch, which has nothing to do with the new one.
    pub fn patch(self, patch: M::Patch) -> UpsertUpdate<M> {
        UpsertUpdate { upsert: self, with: With::Patch(Box::new(patch)) }
    }

    /// Leaves a row that is there as it is.
    pub fn keep_existing(self) -> UpsertKeep<M> {
        UpsertKeep { upsert: self }
    }

    /// `INSERT …`, and the values that it has.
    fn insert(&self) -> Result<(Sql, Vec<(usize, Param)>), Error> {
        validate(M::TABLE, &self.new)?;
        let mut row = Encoder::row(M::TABLE);
        self.new.encode(&mut row);
        let row = row.into_row()?;
        let mut sql = insert::row(M::TABLE, row.clone());
        sql.push(" ON CONFLICT (");
        let mut first = true;
        for &column in self.target {
            sql.comma(&mut first).name(M::TABLE.columns[column].name);
        }
        sql.push(")");
        Ok((sql, row))
    }
}

/// A row, and whether it is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upserted<M> {
    /// The row as the database has it now.
    pub row: M,
    /// Whether it was inserted, rather than there already.
    pub inserted: bool,
}

/// An upsert that changes a row that is there, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct UpsertUpdate<M: Model> {
    upsert: Upsert<M>,
    with: With<M>,
}

/// What a row that is there gets.
#[derive(Clone)]
enum With<M: Model> {
    All,
    Columns(Vec<&'static str>),
    Patch(Box<M::Patch>),
}

impl<M: Model> UpsertUpdate<M> {
    /// Checks the values against their schema, inserts the row or changes the one that is there, in one statement.
    ///
    /// # Errors
    ///
    /// Of the kind `Invalid` before anything is sent; else where PostgreSQL refuses, as for a row that breaks another unique
    /// key.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<Upserted<M>, Error> {
        let (mut sql, row) = self.upsert.insert()?;
        let table = M::TABLE;
        let changed: Vec<&str> = match &self.with {
            With::All => {
                let is_key = |column: &usize| {
                    self.upsert.target.contains(column) || table.primary_key.contains(column)
                };
                row.iter()
                    .map(|(column, _)| column)
                    .filter(|column| !is_key(column))
                    .map(|&column| table.columns[column].name)
                    .collect()
            }
            With::Columns(names) => names.clone(),
            With::Patch(patch) => {
                validate(table, &**patch)?;
                sql.push(" DO UPDATE SET ");
                if !update::assignments(&mut sql, table, &**patch, &[])? {
                    touch(&mut sql, table, self.upsert.target);
                }
                return finish(sql, Session::of(&on)).await;
            }
        };
        sql.push(" DO UPDATE SET ");
        let mut first = true;
        for name in &changed {
            sql.comma(&mut first).name(name).push(" = EXCLUDED.").name(name);
        }
        if changed.is_empty() {
            touch(&mut sql, table, self.upsert.target);
        } else if let Some(stamp) = table.updated_at.map(|stamp| table.columns[stamp].name)
            && !changed.contains(&stamp)
        {
            sql.comma(&mut first).name(stamp).push(" = now()");
        }
        if let (Some(deleted), false) = (table.deleted_at, changed.is_empty()) {
            // It is there again.
            sql.push(", ").name(table.columns[deleted].name).push(" = NULL");
        }
        if !changed.is_empty() {
            update::count_version(&mut sql, table);
        }
        finish(sql, Session::of(&on)).await
    }
}

/// Without a change there would be no row to return.
fn touch(sql: &mut Sql, table: &TableDef, target: &[usize]) {
    let name = table.columns[target[0]].name;
    sql.name(name).push(" = ").push(TABLE_ALIAS).push(".").name(name);
}

async fn finish<M: Model>(mut sql: Sql, session: Session<'_>) -> Result<Upserted<M>, Error> {
    // A row that an insert made was never locked nor deleted by anybody.
    sql.push(" RETURNING ").columns(M::TABLE).push(", ").push(TABLE_ALIAS).push(".xmax = 0");
    let rows = session.rows(sql).await?;
    let Some(row) = rows.first() else {
        return Err(not_found(M::TABLE, "came back from the upsert: a trigger or rule left it out"));
    };
    Ok(Upserted {
        row: decode(row, session.validates_rows())?,
        inserted: row.try_get(M::TABLE.columns.len())?,
    })
}

/// An upsert that leaves a row that is there as it is, not sent yet.
#[derive(Clone)]
#[must_use = "nothing is sent until `run`"]
pub struct UpsertKeep<M: Model> {
    upsert: Upsert<M>,
}

impl<M: Model> UpsertKeep<M> {
    /// Checks the value against its schema, inserts the row or finds the one that is there: one statement for a new row, two
    /// for one that is there.
    ///
    /// # Errors
    ///
    /// As [`UpsertUpdate::run`]; of the kind `NotFound` where the row that was there is gone before it is read.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<Upserted<M>, Error> {
        let (mut sql, row) = self.upsert.insert()?;
        sql.push(" DO NOTHING RETURNING ").columns(M::TABLE);
        let session = Session::of(&on);
        if let Some(made) = session.rows(sql).await?.first() {
            return Ok(Upserted { row: decode(made, session.validates_rows())?, inserted: true });
        }
        let mut sql = Sql::default();
        from(sql.push("SELECT ").columns(M::TABLE), M::TABLE);
        let mut first = true;
        for (column, value) in row.into_iter().filter(|(column, _)| self.upsert.target.contains(column)) {
            let column = &M::TABLE.columns[column];
            sql.push(if first { " WHERE " } else { " AND " }).column(column).push(" = ").value(column, value);
            first = false;
        }
        let rows = session.rows(sql).await?;
        let kept =
            rows.first().ok_or_else(|| not_found(M::TABLE, "is there any more: it was deleted meanwhile"))?;
        Ok(Upserted { row: decode(kept, session.validates_rows())?, inserted: false })
    }
}
