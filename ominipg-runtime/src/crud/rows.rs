use std::marker::PhantomData;

use bytes::Bytes;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use crate::decode::RowReader;
use crate::encode::Encoder;
use crate::error::{Error, ErrorKind};
use crate::model::{Model, Validate};
use crate::param::Param;
use crate::schema::TableDef;
use crate::session::{Rows, Session};
use crate::sql::Sql;
use crate::validate::Violations;

/// Reads a row, and checks it where that is wanted.
pub(super) fn decode<M: Model>(row: &Row, validate: bool) -> Result<M, Error> {
    let model = M::decode(&mut RowReader::new(row, M::TABLE))?;
    if validate {
        let mut violations = Violations::new();
        model.validate(&mut violations);
        if !violations.is_empty() {
            return Err(Error::broken_row(M::TABLE.name, &key_of(M::TABLE, row), violations));
        }
    }
    Ok(model)
}

/// Runs a statement and reads its rows, in their order.
pub(super) async fn read_all<M: Model>(session: Session<'_>, sql: Sql) -> Result<Vec<M>, Error> {
    let mut read = ReadRows::<M>::new(session);
    session.read(sql, &mut read).await?;
    read.finish()
}

/// Runs a statement and reads its row, if there is one.
pub(super) async fn read_one<M: Model>(session: Session<'_>, sql: Sql) -> Result<Option<M>, Error> {
    let mut read = ReadRows::<M, Option<M>>::new(session);
    session.read(sql, &mut read).await?;
    read.finish()
}

/// Reads rows as they come.
pub(super) struct ReadRows<M, R = Vec<M>> {
    rows: R,
    validate: bool,
    /// Why one could not be read; the statement goes on to its end.
    failed: Option<Error>,
    model: PhantomData<fn() -> M>,
}

/// What rows are read into.
pub(super) trait Place<M>: Default + Send {
    fn put(&mut self, row: M);
}

/// All of them.
impl<M: Send> Place<M> for Vec<M> {
    fn put(&mut self, row: M) {
        self.push(row);
    }
}

/// The first.
impl<M: Send> Place<M> for Option<M> {
    fn put(&mut self, row: M) {
        self.get_or_insert(row);
    }
}

impl<M: Model, R: Place<M>> ReadRows<M, R> {
    pub(super) fn new(session: Session<'_>) -> Self {
        Self { rows: R::default(), validate: session.validates_rows(), failed: None, model: PhantomData }
    }

    /// What was read, or why the first that could not be was not.
    pub(super) fn finish(self) -> Result<R, Error> {
        self.failed.map_or(Ok(self.rows), Err)
    }
}

impl<M: Model, R: Place<M>> Rows for ReadRows<M, R> {
    fn begin(&mut self) {
        self.rows = R::default();
        self.failed = None;
    }

    fn take(&mut self, row: Row) {
        if self.failed.is_some() {
            return;
        }
        match decode(&row, self.validate) {
            Ok(row) => self.rows.put(row),
            Err(error) => self.failed = Some(error),
        }
    }
}

/// The primary key of a row, as a person reads it: `` `tenant` is 1 and `number` is 2 ``.
fn key_of(table: &TableDef, row: &Row) -> String {
    let part = |&at: &usize| {
        let column = &table.columns[at];
        let bytes = row.try_get::<_, Raw<'_>>(at).ok().map(|raw| Bytes::copy_from_slice(raw.0));
        let value = Param::new(column.ty.wire(), bytes).of(column);
        format!("`{}` is {}", column.name, value.shown())
    };
    table.primary_key.iter().map(part).collect::<Vec<_>>().join(" and ")
}

/// A value as it came.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Checks a value before it is sent.
pub(super) fn validate(table: &TableDef, value: &impl Validate) -> Result<(), Error> {
    let mut violations = Violations::new();
    value.validate(&mut violations);
    if violations.is_empty() { Ok(()) } else { Err(Error::invalid(table.name, violations)) }
}

/// Writes a key into an encoder of its own.
pub(super) fn encode_key<M: Model>(key: &M::Key) -> Encoder {
    let mut out = Encoder::row(M::TABLE);
    M::encode_key(key, &mut out);
    out
}

pub(super) fn not_found(table: &TableDef, what: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no row of `{}` {what}", table.name))
}
