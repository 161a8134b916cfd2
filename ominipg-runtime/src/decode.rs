//! Rows that came back, column by column.

use std::any::type_name;
use std::error::Error as StdError;

use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use crate::error::{Error, ErrorKind, chain};
use crate::schema::TableDef;

/// Reads the columns of one row in the order of their table.
pub struct RowReader<'a> {
    row: &'a Row,
    table: &'static TableDef,
    at: usize,
}

impl<'a> RowReader<'a> {
    pub(crate) fn new(row: &'a Row, table: &'static TableDef) -> Self {
        Self { row, table, at: 0 }
    }

    /// Reads the next column.
    ///
    /// # Errors
    ///
    /// Where the value is not a `T`; the error names the table, the column and both types.
    #[expect(
        clippy::should_implement_trait,
        reason = "each column has a type of its own, so this is no iterator"
    )]
    pub fn next<T: FromSql<'a>>(&mut self) -> Result<T, Error> {
        let at = self.at;
        self.at += 1;
        self.row.try_get(at).map_err(|error| self.wrong(at, type_name::<T>(), &chain(&error)))
    }

    /// Reads the next column, a JSON document.
    ///
    /// # Errors
    ///
    /// Where the document is not a `T` or is NULL; the error names the table, the column and both types.
    pub fn next_json<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        let at = self.at;
        let document = self.next::<RawJson<'a>>()?;
        self.parse(at, document)
    }

    /// Reads the next column, a JSON document or NULL.
    ///
    /// # Errors
    ///
    /// Where the document is not a `T`; the error names the table, the column and both types.
    pub fn next_json_opt<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        let at = self.at;
        match self.next::<Option<RawJson<'a>>>()? {
            Some(document) => self.parse(at, document).map(Some),
            None => Ok(None),
        }
    }

    fn parse<T: DeserializeOwned>(&self, at: usize, document: RawJson<'a>) -> Result<T, Error> {
        serde_json::from_slice(document.0)
            .map_err(|error| self.wrong(at, type_name::<T>(), &error.to_string()))
    }

    fn wrong(&self, at: usize, rust: &str, cause: &str) -> Error {
        let column = self.table.columns.get(at).map_or("?", |column| column.name);
        let sql =
            self.row.columns().get(at).map_or_else(|| "?".to_owned(), |column| column.type_().to_string());
        let message = format!("`{}.{column}` (`{sql}`) cannot be read as `{rust}`: {cause}", self.table.name);
        Error::new(ErrorKind::Decode, message)
    }
}

/// A document's text, still in the row's buffer.
pub(crate) struct RawJson<'a>(pub(crate) &'a [u8]);

impl<'a> FromSql<'a> for RawJson<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        if *ty != Type::JSONB {
            return Ok(Self(raw));
        }
        match raw.split_first() {
            Some((1, text)) => Ok(Self(text)),
            _ => Err("the jsonb value has an unknown version".into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::JSONB)
    }
}
