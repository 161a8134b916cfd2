use std::marker::PhantomData;

use crate::crud::insert;
use crate::crud::rows::{decode, not_found, validate};
use crate::encode::{Encoder, Slot, array_param};
use crate::error::Error;
use crate::model::{Encode, Model};
use crate::param::Param;
use crate::schema::{RelationDef, TableDef, ThroughDef};
use crate::session::{Executor, Session};
use crate::sql::{Shape, Sql};

/// The insert of a row that refers to another, not sent yet.
#[must_use = "nothing is sent until `run`"]
pub struct CreateFor<R: Model> {
    new: R::New,
    /// The columns that refer, and the values that they get; an error where these cannot be encoded.
    key: Result<Vec<(usize, Param)>, Error>,
}

impl<R: Model> CreateFor<R> {
    pub(super) fn new<M: Model>(relation: &'static RelationDef, parent: &M, new: R::New) -> Self {
        let key = values(M::TABLE, relation.from, parent)
            .map(|values| relation.to.iter().copied().zip(values).collect());
        Self { new, key }
    }

    /// Checks the value against its schema, inserts it, and returns the row as the database has it.
    ///
    /// # Errors
    ///
    /// Of the kind `Invalid`, with every broken rule, before anything is sent; else where PostgreSQL refuses the row.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<R, Error> {
        let key = self.key?;
        validate(R::TABLE, &self.new)?;
        let mut row = Encoder::row(R::TABLE);
        self.new.encode(&mut row);
        let mut row = row.into_row()?;
        row.retain(|(column, _)| key.iter().all(|(own, _)| own != column));
        row.extend(key);
        let mut sql = insert::row(R::TABLE, row);
        sql.push(" RETURNING ").columns(R::TABLE);
        let session = Session::of(&on);
        let rows = session.rows(sql).await?;
        let left_out = || not_found(R::TABLE, "came back from the insert: a trigger or rule left it out");
        rows.first().map_or_else(|| Err(left_out()), |row| decode(row, session.validates_rows()))
    }
}

/// The rows of a table between that relate one row to others, not sent yet.
#[must_use = "nothing is sent until `run`"]
pub struct Link<M, R>(Between<M, R>);

/// The end of such relations, not sent yet.
#[must_use = "nothing is sent until `run`"]
pub struct Unlink<M, R>(Between<M, R>);

struct Between<M, R> {
    /// `None` where there is nothing to do.
    pairs: Result<Option<Pairs>, Error>,
    types: PhantomData<fn() -> (M, R)>,
}

/// A key, and arrays of the parts of others.
struct Pairs {
    relation: &'static RelationDef,
    through: &'static ThroughDef,
    own: Vec<Param>,
    others: Vec<Param>,
}

impl<M: Model, R: Model> Between<M, R> {
    fn new<'a>(relation: &'static RelationDef, row: &M, others: impl IntoIterator<Item = &'a R>) -> Self {
        let mut encoder = Encoder::new(R::TABLE).only(relation.to);
        let mut count = 0;
        for other in others {
            other.encode(&mut encoder);
            encoder.end_row();
            count += 1;
        }
        let mut pairs = || {
            let Some(through) = relation.through.filter(|_| count > 0) else { return Ok(None) };
            encoder.check()?;
            let array = |&column: &usize| {
                let mut slot = Slot::default();
                encoder.column(column).elements().for_each(|element| slot.push_raw(element));
                array_param(R::TABLE.columns[column].ty, &slot)
            };
            let others = relation.to.iter().map(array).collect::<Result<_, _>>()?;
            let own = values(M::TABLE, relation.from, row)?;
            Ok(Some(Pairs { relation, through, own, others }))
        };
        Self { pairs: pairs(), types: PhantomData }
    }
}

impl Pairs {
    /// `SELECT own, u.c0, … FROM unnest(…) AS u(c0, …)`
    fn select(&self, sql: &mut Sql, source: &TableDef) {
        sql.push("SELECT ");
        let mut first = true;
        for ((own, &between), &column) in self.own.iter().zip(self.through.from).zip(self.relation.from) {
            let ty = source.columns[column].ty;
            sql.comma(&mut first).param(own.clone()).push("::").push(ty.name());
            sql.cast(&self.through.table.columns[between], ty, Shape::Value);
        }
        for (place, (&between, &column)) in self.through.to.iter().zip(self.relation.to).enumerate() {
            let ty = self.relation.target.columns[column].ty;
            sql.push(&format!(", u.c{place}")).cast(&self.through.table.columns[between], ty, Shape::Value);
        }
        sql.push(" FROM unnest(");
        let mut first = true;
        for (others, &column) in self.others.iter().zip(self.relation.to) {
            sql.comma(&mut first).param(others.clone()).push("::");
            sql.push(self.relation.target.columns[column].ty.array_name());
        }
        sql.push(") AS u(");
        let mut first = true;
        for place in 0..self.others.len() {
            sql.comma(&mut first).push(&format!("c{place}"));
        }
        sql.push(")");
    }

    /// `(columns of the table between)`
    fn columns(&self, sql: &mut Sql) {
        sql.push("(");
        let mut first = true;
        for &column in self.through.from.iter().chain(self.through.to) {
            sql.comma(&mut first).name(self.through.table.columns[column].name);
        }
        sql.push(")");
    }
}

impl<M: Model, R: Model> Link<M, R> {
    pub(super) fn new<'a>(
        relation: &'static RelationDef,
        row: &M,
        others: impl IntoIterator<Item = &'a R>,
    ) -> Self {
        Self(Between::new(relation, row, others))
    }

    /// Relates the rows in one statement, and returns how many were not related before.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        let Some(pairs) = self.0.pairs? else { return Ok(0) };
        let mut sql = Sql::default();
        sql.push("INSERT INTO ").name(pairs.through.table.name).push(" ");
        pairs.columns(&mut sql);
        sql.push(" ");
        pairs.select(&mut sql, M::TABLE);
        sql.push(" ON CONFLICT DO NOTHING");
        Session::of(&on).count(sql).await
    }
}

impl<M: Model, R: Model> Unlink<M, R> {
    pub(super) fn new<'a>(
        relation: &'static RelationDef,
        row: &M,
        others: impl IntoIterator<Item = &'a R>,
    ) -> Self {
        Self(Between::new(relation, row, others))
    }

    /// Ends the relations in one statement, and returns how many rows of the table between there were.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL refuses.
    pub async fn run(self, on: &(impl Executor + ?Sized)) -> Result<u64, Error> {
        let Some(pairs) = self.0.pairs? else { return Ok(0) };
        let mut sql = Sql::default();
        sql.push("DELETE FROM ").name(pairs.through.table.name).push(" WHERE ");
        pairs.columns(&mut sql);
        sql.push(" IN (");
        pairs.select(&mut sql, M::TABLE);
        sql.push(")");
        Session::of(&on).count(sql).await
    }
}

/// A row's values in these columns, in their order.
fn values(
    table: &'static TableDef,
    columns: &'static [usize],
    row: &impl Encode,
) -> Result<Vec<Param>, Error> {
    let mut encoder = Encoder::row(table).only(columns);
    row.encode(&mut encoder);
    let values = encoder.into_row()?;
    let value = |column: &usize| {
        let found = values.iter().find(|(at, _)| at == column);
        found.map_or(Param::new(table.columns[*column].ty.wire(), None), |(_, value)| value.clone())
    };
    Ok(columns.iter().map(value).collect())
}
