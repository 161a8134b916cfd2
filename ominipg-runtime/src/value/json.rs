use std::error::Error;
use std::fmt;

use bytes::{BufMut, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::Scalar;
use crate::decode::RawJson;
use crate::field::IntoValue;

/// A value that is stored as `jsonb`.
#[derive(Clone, PartialEq)]
pub struct Json<T>(pub T);

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        write_json(&self.0, ty, out)?;
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::JSONB)
    }

    to_sql_checked!();
}

impl<'a, T: DeserializeOwned> FromSql<'a> for Json<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(serde_json::from_slice(RawJson::from_sql(ty, raw)?.0)?))
    }

    fn accepts(ty: &Type) -> bool {
        RawJson::accepts(ty)
    }
}

impl<T: Serialize + Clone + Send + Sync + 'static> Scalar for Json<T> {
    type One = Self;
}

impl<T> IntoValue<Json<T>> for T {
    fn into_value(self) -> Json<T> {
        Json(self)
    }
}

/// Writes the wire form of a JSON value.
pub(crate) fn write_json<T: Serialize + ?Sized>(
    value: &T,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), serde_json::Error> {
    if *ty == Type::JSONB {
        out.put_u8(1);
    }
    serde_json::to_writer(out.writer(), value)
}
