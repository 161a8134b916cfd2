use tokio_postgres::Row;

use crate::decode::RowReader;
use crate::encode::Encoder;
use crate::error::{Error, ErrorKind};
use crate::model::{Model, Validate};
use crate::schema::TableDef;
use crate::validate::Violations;

/// Reads a row.
pub(super) fn decode<M: Model>(row: &Row) -> Result<M, Error> {
    M::decode(&mut RowReader::new(row, M::TABLE))
}

/// Reads rows, in their order.
pub(super) fn decode_all<M: Model>(rows: &[Row]) -> Result<Vec<M>, Error> {
    rows.iter().map(decode).collect()
}

/// Checks a value before it is sent.
pub(super) fn validate(table: &TableDef, value: &impl Validate) -> Result<(), Error> {
    let mut violations = Violations::new();
    value.validate(&mut violations);
    if violations.is_empty() { Ok(()) } else { Err(Error::invalid(table.name, violations)) }
}

/// Writes a key into an encoder of its own.
pub(super) fn encode_key<M: Model>(key: &M::Key) -> Encoder {
    let mut out = Encoder::new(M::TABLE);
    M::encode_key(key, &mut out);
    out
}

pub(super) fn not_found(table: &TableDef, what: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no row of `{}` {what}", table.name))
}
