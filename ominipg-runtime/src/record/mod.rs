//! Types whose fields are columns: one list of fields to read and one to write serve PostgreSQL and serde alike, so that
//! the compiler sees them once where derives would give it each several times.

mod deserialize;
mod fields;
mod missing;
mod serialize;
mod slot;

use serde::de::DeserializeOwned;
use serde::{Deserializer, Serialize};
use tokio_postgres::types::{FromSqlOwned, ToSql};

pub use self::deserialize::deserialize;
pub use self::serialize::serialize;
pub use self::slot::{Slot, slot, slot_bytes};
use crate::decode::RowReader;
use crate::encode::Encoder;
use crate::error::Error;
use crate::field::Field;
use crate::model::Encode;
use crate::schema::{ColumnDef, TableDef};
use crate::value::base64::Base64;

/// The types of a row's columns.
pub trait Slots {
    /// Reads the value of the column at a position, whatever it is read into later: as it comes, so that whoever reads JSON knows
    /// the place of what is wrong.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    fn slot<'de, D: Deserializer<'de>>(column: usize, from: D) -> Result<Slot, D::Error>;
}

/// A type whose fields are columns of a table, in their order.
pub trait Record: Sized {
    /// The row of the table.
    type Row: Slots;
    /// The name of the type.
    const NAME: &'static str;
    /// The table.
    const TABLE: &'static TableDef;
    /// Which columns there are fields for.
    const PART: Part;
    /// Whether JSON with other keys is refused.
    const CLOSED: bool = false;

    /// Makes a value of what is read, column by column.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    fn read<R: Read>(from: &mut R) -> Result<Self, R::Error>;

    /// Writes each field with the position of its column.
    fn write<W: Write>(&self, to: &mut W);
}

impl<T: Record> Encode for T {
    fn encode(&self, out: &mut Encoder) {
        self.write(out);
    }
}

/// The columns that a type has fields for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of them: a row.
    All,
    /// Those that users write: an insert or an update.
    Written,
}

impl Part {
    fn has(self, column: &ColumnDef) -> bool {
        self == Self::All || !column.read_only
    }

    /// Whether a field of the column is left out of JSON.
    fn hides(self, column: &ColumnDef) -> bool {
        self == Self::All && column.write_only
    }
}

/// Where the fields of a [`Record`] come from, each with the next column.
pub trait Read {
    /// What may go wrong.
    type Error;

    /// A value.
    fn next<T: FromSqlOwned + DeserializeOwned + 'static>(&mut self) -> Result<T, Self::Error>;
    /// A value that may be left alone.
    fn next_field<T: FromSqlOwned + DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, Self::Error>;
    /// A JSON document.
    fn next_json<T: DeserializeOwned + 'static>(&mut self) -> Result<T, Self::Error>;
    /// A JSON document or NULL.
    fn next_json_opt<T: DeserializeOwned + 'static>(&mut self) -> Result<Option<T>, Self::Error>;
    /// A JSON document that may be left alone.
    fn next_json_field<T: DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, Self::Error>;
    /// Bytes, which JSON has as base64.
    fn next_bytes<T: FromSqlOwned + Base64 + 'static>(&mut self) -> Result<T, Self::Error>;
    /// Bytes that may be left alone.
    fn next_bytes_field<T: FromSqlOwned + Base64 + 'static>(&mut self) -> Result<Field<T>, Self::Error>;
}

impl Read for RowReader<'_> {
    type Error = Error;

    fn next<T: FromSqlOwned + DeserializeOwned + 'static>(&mut self) -> Result<T, Error> {
        self.next()
    }

    fn next_field<T: FromSqlOwned + DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, Error> {
        self.next().map(Field::Set)
    }

    fn next_json<T: DeserializeOwned + 'static>(&mut self) -> Result<T, Error> {
        self.next_json()
    }

    fn next_json_opt<T: DeserializeOwned + 'static>(&mut self) -> Result<Option<T>, Error> {
        self.next_json_opt()
    }

    fn next_json_field<T: DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, Error> {
        self.next_json().map(Field::Set)
    }

    fn next_bytes<T: FromSqlOwned + Base64 + 'static>(&mut self) -> Result<T, Error> {
        self.next()
    }

    fn next_bytes_field<T: FromSqlOwned + Base64 + 'static>(&mut self) -> Result<Field<T>, Error> {
        self.next().map(Field::Set)
    }
}

/// Where the fields of a [`Record`] go, each with the position of its column.
pub trait Write {
    /// A value.
    fn put<T: ToSql + Serialize>(&mut self, column: usize, value: &T);
    /// A value that may be left alone.
    fn put_field<T: ToSql + Serialize>(&mut self, column: usize, value: &Field<T>);
    /// A JSON document.
    fn put_json<T: Serialize>(&mut self, column: usize, value: &T);
    /// A JSON document or NULL.
    fn put_json_opt<T: Serialize>(&mut self, column: usize, value: &Option<T>);
    /// A JSON document that may be left alone.
    fn put_json_field<T: Serialize>(&mut self, column: usize, value: &Field<T>);
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

    fn put_json<T: Serialize>(&mut self, column: usize, value: &T) {
        self.put_json(column, Some(value));
    }

    fn put_json_opt<T: Serialize>(&mut self, column: usize, value: &Option<T>) {
        self.put_json(column, value.as_ref());
    }

    fn put_json_field<T: Serialize>(&mut self, column: usize, value: &Field<T>) {
        self.put_json_field(column, value);
    }

    fn put_bytes<T: ToSql + Base64>(&mut self, column: usize, value: &T) {
        self.put(column, value);
    }

    fn put_bytes_field<T: ToSql + Base64>(&mut self, column: usize, value: &Field<T>) {
        self.put_field(column, value);
    }
}

/// Gives each [`Record`] serde's two traits.
#[macro_export]
macro_rules! serde_records {
    ($($name:ident),+ $(,)?) => {$(
        impl $crate::codegen_support::serde::Serialize for $name {
            fn serialize<S: $crate::codegen_support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codegen_support::serialize(self, serializer)
            }
        }

        impl<'de> $crate::codegen_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen_support::deserialize(deserializer)
            }
        }
    )+};
}
