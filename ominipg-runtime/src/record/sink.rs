//! Where the fields of a record go.

use std::fmt::Debug;

use serde::Serialize;
use tokio_postgres::types::ToSql;

use super::Record;
use super::part::Part;
use super::tuple::ToColumns;
use crate::encode::Encoder;
use crate::field::Field;
use crate::model::Model;
use crate::schema::ColumnDef;
use crate::value::base64::Base64;

/// Where the fields of a [`Record`] go, in the order of their columns.
pub struct Sink<'a, W> {
    to: &'a mut W,
    columns: &'static [ColumnDef],
    has: fn(&ColumnDef) -> bool,
    next: usize,
}

impl<'a, W: Write> Sink<'a, W> {
    /// One for the fields of a type of record.
    pub(crate) fn of<T: Record>(to: &'a mut W) -> Self {
        Self { to, columns: T::Row::TABLE.columns, has: T::Part::has, next: 0 }
    }

    /// Writes all fields.
    pub fn write<T: ToColumns>(&mut self, fields: T) {
        fields.write(self);
    }

    /// The writer, and the position of the next column.
    pub(super) fn next(&mut self) -> (&mut W, usize) {
        while !(self.has)(&self.columns[self.next]) {
            self.next += 1;
        }
        self.next += 1;
        (self.to, self.next - 1)
    }
}

/// Writes values, each with the position of its column.
pub trait Write {
    /// A value.
    fn put<T: ToSql + Serialize>(&mut self, column: usize, value: &T);
    /// A value that may be left alone.
    fn put_field<T: ToSql + Serialize>(&mut self, column: usize, value: &Field<T>);
    /// A JSON document.
    fn put_json<T: Serialize + Debug>(&mut self, column: usize, value: &T);
    /// A JSON document or NULL.
    fn put_json_opt<T: Serialize + Debug>(&mut self, column: usize, value: &Option<T>);
    /// A JSON document that may be left alone.
    fn put_json_field<T: Serialize + Debug>(&mut self, column: usize, value: &Field<T>);
    /// Bytes, which JSON has as base64.
    fn put_bytes<T: ToSql + Base64>(&mut self, column: usize, value: &T);
    /// Bytes that may be left alone.
    fn put_bytes_field<T: ToSql + Base64>(&mut self, column: usize, value: &Field<T>);
}

impl Write for Encoder {
    fn put<T: ToSql + Serialize>(&mut self, column: usize, value: &T) {
        self.put(column, value);
    }

    fn put_field<T: ToSql + Serialize>(&mut self, column: usize, value: &Field<T>) {
        self.put_field(column, value);
    }

    fn put_json<T: Serialize + Debug>(&mut self, column: usize, value: &T) {
        self.put_json(column, Some(value));
    }

    fn put_json_opt<T: Serialize + Debug>(&mut self, column: usize, value: &Option<T>) {
        self.put_json(column, value.as_ref());
    }

    fn put_json_field<T: Serialize + Debug>(&mut self, column: usize, value: &Field<T>) {
        self.put_json_field(column, value);
    }

    fn put_bytes<T: ToSql + Base64>(&mut self, column: usize, value: &T) {
        self.put(column, value);
    }

    fn put_bytes_field<T: ToSql + Base64>(&mut self, column: usize, value: &Field<T>) {
        self.put_field(column, value);
    }
}
