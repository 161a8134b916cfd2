//! Where the fields of a record come from.

use serde::de::DeserializeOwned;
use tokio_postgres::types::FromSqlOwned;

use super::tuple::FromColumns;
use crate::decode::RowReader;
use crate::error::Error;
use crate::field::Field;
use crate::value::base64::Base64;

/// Where the fields of a [`Record`](super::Record) come from.
pub trait Source {
    /// What may go wrong.
    type Error;

    /// Reads all fields, in the order of their columns.
    ///
    /// # Errors
    ///
    /// The first that is met.
    fn read<T: FromColumns>(&mut self) -> Result<T, Self::Error>;
}

impl<R: Read> Source for R {
    type Error = R::Error;

    fn read<T: FromColumns>(&mut self) -> Result<T, R::Error> {
        T::read(self)
    }
}

/// Reads values, each from the next column.
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
