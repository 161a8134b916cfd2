//! Rows and keys to PostgreSQL's wire format, column by column.

mod array;
mod column_set;
mod key;
mod single_row;
mod slot;

use std::error::Error as StdError;

use serde::Serialize;
use tokio_postgres::types::{IsNull, ToSql};

pub(crate) use self::array::{array_param, slices};
pub(crate) use self::column_set::ColumnSet;
pub(crate) use self::key::Key;
use self::single_row::SingleRow;
pub(crate) use self::slot::{Elements, Slot};
use crate::error::{Error, ErrorKind};
use crate::field::Field;
use crate::param::Param;
use crate::schema::TableDef;
use crate::value::write_json;

/// Takes the values of one row, or of many, of which it keeps each column's bytes together.
pub struct Encoder {
    table: &'static TableDef,
    values: Values,
    only: Option<ColumnSet>,
    row: ColumnSet,
    error: Option<(usize, Box<dyn StdError + Sync + Send>)>,
}

enum Values {
    /// Many rows'.
    Columns(Vec<Slot>),
    /// One row's.
    Row(SingleRow),
}

impl Encoder {
    fn with(table: &'static TableDef, values: Values) -> Self {
        Self { table, values, only: None, row: ColumnSet::default(), error: None }
    }

    /// An encoder for many rows of `table`.
    pub(crate) fn new(table: &'static TableDef) -> Self {
        Self::with(table, Values::Columns(table.columns.iter().map(|_| Slot::default()).collect()))
    }

    /// An encoder for one row of `table`, or a part of it.
    pub(crate) fn row(table: &'static TableDef) -> Self {
        Self::with(table, Values::Row(SingleRow::new(table.columns.len())))
    }

    /// The same, but it leaves out all columns but `columns`.
    pub(crate) fn only(self, columns: &[usize]) -> Self {
        Self { only: Some(columns.iter().copied().collect()), ..self }
    }

    /// Puts a value into a column.
    pub fn put<T: ToSql>(&mut self, column: usize, value: &T) {
        self.put_sql(column, value);
    }

    /// Puts a value into a column, unless it is left alone.
    pub fn put_field<T: ToSql>(&mut self, column: usize, value: &Field<T>) {
        if let Some(value) = value.as_set() {
            self.put_sql(column, value);
        }
    }

    /// Puts a value into a JSON column; `None` is NULL, as is JSON's `null` where the column is nullable.
    pub fn put_json<T: Serialize>(&mut self, column: usize, value: Option<&T>) {
        let nullable = self.table.columns[column].nullable;
        self.write(column, &mut |ty, out| {
            let Some(value) = value else { return Ok(IsNull::Yes) };
            let start = out.len();
            write_json(value, ty, out)?;
            let null = nullable && out[start..].ends_with(b"null") && out.len() - start <= 5;
            Ok(if null { IsNull::Yes } else { IsNull::No })
        });
    }

    /// Puts a value into a JSON column, unless it is left alone.
    pub fn put_json_field<T: Serialize>(&mut self, column: usize, value: &Field<T>) {
        if let Some(value) = value.as_set() {
            self.put_json(column, Some(value));
        }
    }

    fn put_sql(&mut self, column: usize, value: &dyn ToSql) {
        self.write(column, &mut |ty, out| value.to_sql_checked(ty, out));
    }

    fn write(&mut self, column: usize, write: slot::Write<'_>) {
        if self.only.as_ref().is_some_and(|only| !only.contains(column)) {
            return;
        }
        self.row.insert(column);
        let ty = self.table.columns[column].ty.wire();
        let written = match &mut self.values {
            Values::Columns(slots) => slots[column].push(&ty, write),
            Values::Row(row) => row.push(column, &ty, write),
        };
        if let Err(cause) = written {
            self.error.get_or_insert((column, cause));
        }
    }

    /// Ends a row and says which columns it has.
    pub(crate) fn end_row(&mut self) -> ColumnSet {
        std::mem::take(&mut self.row)
    }

    /// Forgets the row that [`end_row`](Self::end_row) ended.
    pub(crate) fn undo_row(&mut self, row: &ColumnSet) {
        if let Values::Columns(slots) = &mut self.values {
            row.iter().for_each(|column| slots[column].pop());
        }
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        self.slots().iter().map(Slot::len).sum()
    }

    /// Bytes held, of the largest column.
    pub(crate) fn largest(&self) -> usize {
        self.slots().iter().map(Slot::len).max().unwrap_or(0)
    }

    /// The values of a single row, in the order of their columns.
    pub(crate) fn into_row(self) -> Result<Vec<(usize, Param)>, Error> {
        self.single().map(Iterator::collect)
    }

    /// The same without their columns.
    pub(crate) fn into_params(self) -> Result<Vec<Param>, Error> {
        Ok(self.single()?.map(|(_, param)| param).collect())
    }

    fn single(mut self) -> Result<impl Iterator<Item = (usize, Param)>, Error> {
        self.check()?;
        let Values::Row(row) = self.values else { unreachable!("an encoder for many rows gives columns") };
        Ok(row.finish().map(move |(column, value)| {
            let def = &self.table.columns[column];
            (column, Param::new(def.ty.wire(), value).of(def))
        }))
    }

    fn slots(&self) -> &[Slot] {
        match &self.values {
            Values::Columns(slots) => slots,
            Values::Row(_) => &[],
        }
    }

    /// All values of one column, as the elements of an array.
    pub(crate) fn column(&self, column: usize) -> &Slot {
        &self.slots()[column]
    }

    /// Whether every value could be encoded; an error names the column and the parameter it would have been.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        let Some((column, cause)) = self.error.take() else { return Ok(()) };
        let number = match &self.values {
            Values::Columns(slots) => slots[..=column].iter().filter(|slot| !slot.is_empty()).count(),
            Values::Row(row) => row.count_to(column),
        };
        let (table, column) = (self.table.name, &self.table.columns[column]);
        let message = format!(
            "the value of `{table}.{}` (${number}) cannot be sent as `{}`: {cause}",
            column.name,
            column.ty.name()
        );
        Err(Error::new(ErrorKind::Parameter, message).with_source(cause))
    }
}
