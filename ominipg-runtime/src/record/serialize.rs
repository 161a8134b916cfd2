//! A record as a struct of serde, its fields named as the schema's properties.

use std::fmt::Debug;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use tokio_postgres::types::ToSql;

use super::part::Part;
use super::sink::{Sink, Write};
use super::{Record, name};
use crate::field::Field;
use crate::model::Model;
use crate::schema::ColumnDef;
use crate::value::base64::{Base64, Text};

/// Writes a record.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize<T: Record, S: Serializer>(record: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let (columns, hides) = (T::Row::TABLE.columns, T::Part::hides);
    let mut count = Fields { to: Count(0), columns, hides, error: None };
    record.write(&mut Sink::of::<T>(&mut count));
    let to = serializer.serialize_struct(name::<T>(), count.to.0)?;
    let mut fields = Fields { to, columns, hides, error: None };
    record.write(&mut Sink::of::<T>(&mut fields));
    match fields.error {
        Some(error) => Err(error),
        None => fields.to.end(),
    }
}

/// Fields on their way into a struct; the first error is kept for the end.
struct Fields<S: SerializeStruct> {
    to: S,
    columns: &'static [ColumnDef],
    hides: fn(&ColumnDef) -> bool,
    error: Option<S::Error>,
}

impl<S: SerializeStruct> Fields<S> {
    /// `None` is left out.
    fn field<T: Serialize + ?Sized>(&mut self, column: usize, value: Option<&T>) {
        if self.error.is_some() {
            return;
        }
        let column = &self.columns[column];
        let value = value.filter(|_| !(self.hides)(column));
        let done = match value {
            Some(value) => self.to.serialize_field(column.property, value),
            None => self.to.skip_field(column.property),
        };
        self.error = done.err();
    }
}

impl<S: SerializeStruct> Write for Fields<S> {
    fn put<T: ToSql + Serialize>(&mut self, column: usize, value: &T) {
        self.field(column, Some(value));
    }

    fn put_field<T: ToSql + Serialize>(&mut self, column: usize, value: &Field<T>) {
        self.field(column, value.as_set());
    }

    fn put_json<T: Serialize + Debug>(&mut self, column: usize, value: &T) {
        self.field(column, Some(value));
    }

    fn put_json_opt<T: Serialize + Debug>(&mut self, column: usize, value: &Option<T>) {
        self.field(column, Some(value));
    }

    fn put_json_field<T: Serialize + Debug>(&mut self, column: usize, value: &Field<T>) {
        self.field(column, value.as_set());
    }

    fn put_bytes<T: ToSql + Base64>(&mut self, column: usize, value: &T) {
        self.field(column, Some(&Text(value)));
    }

    fn put_bytes_field<T: ToSql + Base64>(&mut self, column: usize, value: &Field<T>) {
        self.field(column, value.as_set().map(Text).as_ref());
    }
}

/// Counts the fields that are not left out, which binary formats want to know first.
struct Count(usize);

impl SerializeStruct for Count {
    type Ok = ();
    type Error = std::fmt::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, _: &T) -> Result<(), Self::Error> {
        self.0 += 1;
        Ok(())
    }

    fn end(self) -> Result<(), Self::Error> {
        Ok(())
    }
}
