use std::error::Error;

use bytes::Bytes;
use tokio_postgres::types::{FromSql, Type};

/// A value as it came, whatever its type.
pub(super) struct Raw(pub(super) Bytes);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Bytes::copy_from_slice(raw)))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
