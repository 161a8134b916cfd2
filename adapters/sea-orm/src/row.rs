//! Rows as SeaORM takes them.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{ProxyRow, Value};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Kind, Type};
use uuid::Uuid;

/// A row; `utc` says for which fields `timestamptz` is.
pub(crate) fn read(row: &Row, utc: bool) -> Result<ProxyRow, String> {
    let mut values = BTreeMap::new();
    for (at, column) in row.columns().iter().enumerate() {
        let value = value(row, at, column.type_(), utc)
            .map_err(|why| format!("the column `{}`: {why}", column.name()))?;
        values.insert(column.name().to_owned(), value);
    }
    Ok(ProxyRow::new(values))
}

fn value(row: &Row, at: usize, ty: &Type, utc: bool) -> Result<Value, String> {
    Ok(match *ty {
        Type::BOOL => Value::Bool(get(row, at)?),
        Type::CHAR => Value::TinyInt(get(row, at)?),
        Type::INT2 => Value::SmallInt(get(row, at)?),
        Type::INT4 => Value::Int(get(row, at)?),
        Type::INT8 => Value::BigInt(get(row, at)?),
        Type::OID => Value::Unsigned(get(row, at)?),
        Type::FLOAT4 => Value::Float(get(row, at)?),
        Type::FLOAT8 => Value::Double(get(row, at)?),
        Type::NUMERIC => Value::Decimal(get::<Decimal>(row, at)?),
        Type::BYTEA => Value::Bytes(get(row, at)?),
        Type::JSON | Type::JSONB => Value::Json(get::<serde_json::Value>(row, at)?.map(Box::new)),
        Type::UUID => Value::Uuid(get::<Uuid>(row, at)?),
        Type::DATE => Value::ChronoDate(get::<NaiveDate>(row, at)?),
        Type::TIME => Value::ChronoTime(get::<NaiveTime>(row, at)?),
        Type::TIMESTAMP => Value::ChronoDateTime(get::<NaiveDateTime>(row, at)?),
        Type::TIMESTAMPTZ if utc => Value::ChronoDateTimeUtc(get::<DateTime<Utc>>(row, at)?),
        Type::TIMESTAMPTZ => Value::ChronoDateTimeWithTimeZone(get::<DateTime<FixedOffset>>(row, at)?),
        _ if <String as FromSql>::accepts(ty) => Value::String(get(row, at)?),
        _ if matches!(ty.kind(), Kind::Enum(_)) => Value::String(get::<Text>(row, at)?.map(|text| text.0)),
        _ => return Err(format!("the adapter does not read {ty}: cast it in the query, such as to text")),
    })
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<Option<T>, String> {
    row.try_get(at).map_err(|error| error.to_string())
}

/// The name of a value of an enum.
struct Text(String);

impl<'a> FromSql<'a> for Text {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?.to_owned()))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Enum(_))
    }
}
