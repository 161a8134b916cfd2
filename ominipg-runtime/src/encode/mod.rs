//! Rows and keys to PostgreSQL's wire format, column by column.

mod array;
mod column_set;
mod slot;

use std::error::Error as StdError;

use bytes::Bytes;
use serde::Serialize;
use tokio_postgres::types::{IsNull, ToSql};

pub(crate) use self::array::{array_param, slices};
pub(crate) use self::column_set::ColumnSet;
pub(crate) use self::slot::{Elements, Slot};
use crate::error::{Error, ErrorKind};
use crate::field::Field;
use crate::param::Param;
use crate::schema::{SqlType, TableDef};
use crate::value::write_json;

/// Takes the values of one row or many, and keeps each column's bytes together.
pub struct Encoder {
    table: &'static TableDef,
    slots: Vec<Slot>,
    only: Option<ColumnSet>,
    row: ColumnSet,
    error: Option<(usize, Box<dyn StdError + Sync + Send>)>,
}

impl Encoder {
    /// An encoder for all columns of `table`.
    pub(crate) fn new(table: &'static TableDef) -> Self {
        let slots = table.columns.iter().map(|_| Slot::default()).collect();
        Self { table, slots, only: None, row: ColumnSet::default(), error: None }
    }

    /// An encoder that leaves out all columns but `columns`.
    pub(crate) fn only(table: &'static TableDef, columns: &[usize]) -> Self {
        Self { only: Some(columns.iter().copied().collect()), ..Self::new(table) }
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
        if let Err(cause) = self.slots[column].push(&ty, write) {
            self.error.get_or_insert((column, cause));
        }
    }

    /// Ends a row and says which columns it has.
    pub(crate) fn end_row(&mut self) -> ColumnSet {
        std::mem::take(&mut self.row)
    }

    /// Forgets the row that [`end_row`](Self::end_row) ended.
    pub(crate) fn undo_row(&mut self, row: &ColumnSet) {
        for column in row.iter() {
            self.slots[column].pop();
        }
    }

    /// Bytes held, of the largest column.
    pub(crate) fn largest(&self) -> usize {
        self.slots.iter().map(Slot::len).max().unwrap_or(0)
    }

    /// The values of a single row, in the order of their columns.
    pub(crate) fn into_row(mut self) -> Result<Vec<(usize, Param)>, Error> {
        self.check()?;
        let columns = self.end_row();
        let param = |column: usize| {
            let def = &self.table.columns[column];
            let value = self.slots[column].elements().next().flatten().map(Bytes::copy_from_slice);
            (column, Param::new(def.ty.wire(), value).of(def))
        };
        Ok(columns.iter().map(param).collect())
    }

    /// All values of one column, as the elements of an array.
    pub(crate) fn column(&self, column: usize) -> &Slot {
        &self.slots[column]
    }

    /// Whether every value could be encoded; an error names the column and the parameter it would have been.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        let Some((column, cause)) = self.error.take() else { return Ok(()) };
        let number = (0..=column).filter(|&n| !self.slots[n].is_empty()).count();
        let (table, column) = (self.table.name, &self.table.columns[column]);
        let message = format!(
            "the value of `{table}.{}` (${number}) cannot be sent as `{}`: {cause}",
            column.name,
            column.ty.name()
        );
        Err(Error::new(ErrorKind::Parameter, message).with_source(cause))
    }
}

/// The bytes of a key, equal where the keys are; `None` where a part is NULL.
///
/// Integers are widened, so that an `int4` key meets an `int8` one.
pub(crate) fn key_bytes(parts: &[(SqlType, Option<&[u8]>)]) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    for (ty, bytes) in parts {
        let bytes = (*bytes)?;
        let wide = match ty {
            SqlType::Int2 => Some(i64::from(i16::from_be_bytes(bytes.try_into().ok()?))),
            SqlType::Int4 => Some(i64::from(i32::from_be_bytes(bytes.try_into().ok()?))),
            _ => None,
        };
        let wide = wide.map(i64::to_be_bytes);
        let bytes = wide.as_ref().map_or(bytes, |wide| wide.as_slice());
        key.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        key.extend_from_slice(bytes);
    }
    Some(key)
}
