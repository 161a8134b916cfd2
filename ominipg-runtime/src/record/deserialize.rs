//! A record from a struct of serde.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use tokio_postgres::types::FromSqlOwned;

use super::fields::{Columns, Named, Sequence, Values};
use super::missing::Missing;
use super::part::Part;
use super::source::Read;
use super::{Record, name};
use crate::field::Field;
use crate::model::Model;
use crate::value::base64::{Base64, Bytes};

/// As many names as a table may have columns: of them, formats without names want only the number.
static NAMES: [&str; 1600] = [""; 1600];

/// Reads a record.
///
/// # Errors
///
/// Those of the deserializer, and where a field is missing, or there twice.
pub fn deserialize<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let columns = Columns { all: T::Row::TABLE.columns, has: T::Part::has, closed: T::CLOSED };
    let count = columns.all.iter().filter(|column| (columns.has)(column)).count();
    let names = NAMES.get(..count).unwrap_or(&NAMES);
    deserializer.deserialize_struct(name::<T>(), names, Struct::<T> { columns, record: PhantomData })
}

struct Struct<T> {
    columns: Columns,
    record: PhantomData<T>,
}

impl<T: Record> Struct<T> {
    fn read<'de, V: Values<'de>>(self, values: V) -> Result<T, V::Error> {
        let mut fields = Fields { values, columns: self.columns, next: 0, input: PhantomData };
        let record = T::read(&mut fields)?;
        fields.values.end(&self.columns)?;
        Ok(record)
    }
}

impl<'de, T: Record> Visitor<'de> for Struct<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", name::<T>())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        self.read(Named::<_, T::Row>::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<T, A::Error> {
        self.read(Sequence(sequence))
    }
}

/// The fields of a record, one after the other.
struct Fields<'de, V> {
    values: V,
    columns: Columns,
    next: usize,
    input: PhantomData<&'de ()>,
}

impl<'de, V: Values<'de>> Fields<'de, V> {
    /// The value of the next column, or the property that has none.
    fn value<T: DeserializeOwned + 'static>(&mut self) -> Result<Result<T, &'static str>, V::Error> {
        let column =
            self.columns.at(self.next).expect("a record has no more fields than its table has columns");
        self.next = column + 1;
        let value = self.values.value(&self.columns, column)?;
        Ok(value.ok_or(self.columns.all[column].property))
    }

    fn required<T: DeserializeOwned + 'static>(&mut self) -> Result<T, V::Error> {
        match self.value::<T>()? {
            Ok(value) => Ok(value),
            Err(property) => T::deserialize(Missing(property, PhantomData)),
        }
    }

    fn optional<T: DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, V::Error> {
        Ok(self.value::<T>()?.map_or(Field::Unset, Field::Set))
    }
}

impl<'de, V: Values<'de>> Read for Fields<'de, V> {
    type Error = V::Error;

    fn next<T: FromSqlOwned + DeserializeOwned + 'static>(&mut self) -> Result<T, V::Error> {
        self.required()
    }

    fn next_field<T: FromSqlOwned + DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, V::Error> {
        self.optional()
    }

    fn next_json<T: DeserializeOwned + 'static>(&mut self) -> Result<T, V::Error> {
        self.required()
    }

    fn next_json_opt<T: DeserializeOwned + 'static>(&mut self) -> Result<Option<T>, V::Error> {
        self.required()
    }

    fn next_json_field<T: DeserializeOwned + 'static>(&mut self) -> Result<Field<T>, V::Error> {
        self.optional()
    }

    fn next_bytes<T: FromSqlOwned + Base64 + 'static>(&mut self) -> Result<T, V::Error> {
        self.required::<Bytes<T>>().map(|Bytes(value)| value)
    }

    fn next_bytes_field<T: FromSqlOwned + Base64 + 'static>(&mut self) -> Result<Field<T>, V::Error> {
        let field = self.optional::<Bytes<T>>()?;
        Ok(match field {
            Field::Set(Bytes(value)) => Field::Set(value),
            Field::Unset => Field::Unset,
        })
    }
}
