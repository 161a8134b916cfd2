//! SeaORM's values as parameters, in the form of whatever type PostgreSQL gave each parameter.

use std::error::Error;

use bytes::BytesMut;
use rust_decimal::Decimal;
use sea_orm::Value;
use sea_orm::sea_query::OptionEnum;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

type Written = Result<IsNull, Box<dyn Error + Sync + Send>>;

/// A value of SeaORM.
#[derive(Debug)]
pub(crate) struct Param<'a>(pub(crate) &'a Value);

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self.0 {
            Value::Bool(value) => known(value, ty, out),
            Value::TinyInt(value) => whole(value.map(i128::from), ty, out),
            Value::SmallInt(value) => whole(value.map(i128::from), ty, out),
            Value::Int(value) => whole(value.map(i128::from), ty, out),
            Value::BigInt(value) => whole(value.map(i128::from), ty, out),
            Value::TinyUnsigned(value) => whole(value.map(i128::from), ty, out),
            Value::SmallUnsigned(value) => whole(value.map(i128::from), ty, out),
            Value::Unsigned(value) => whole(value.map(i128::from), ty, out),
            Value::BigUnsigned(value) => whole(value.map(i128::from), ty, out),
            Value::Float(value) => number(value.map(f64::from), ty, out),
            Value::Double(value) => number(*value, ty, out),
            Value::String(value) => text(value.as_deref(), ty, out),
            Value::Char(value) => text(value.map(String::from).as_deref(), ty, out),
            Value::Enum(OptionEnum::Some(value)) => text(Some(value.value.as_ref()), ty, out),
            Value::Enum(OptionEnum::None(_)) => Ok(IsNull::Yes),
            Value::Bytes(value) => known(value, ty, out),
            Value::Json(value) => known(&value.as_deref(), ty, out),
            Value::ChronoDate(value) => known(value, ty, out),
            Value::ChronoTime(value) => known(value, ty, out),
            Value::ChronoDateTime(value) => known(value, ty, out),
            Value::ChronoDateTimeUtc(value) => known(value, ty, out),
            Value::ChronoDateTimeLocal(value) => known(value, ty, out),
            Value::ChronoDateTimeWithTimeZone(value) => known(value, ty, out),
            Value::Uuid(value) => known(value, ty, out),
            Value::Decimal(value) => known(value, ty, out),
            #[allow(unreachable_patterns, reason = "other crates may switch on features of sea-query")]
            other => Err(format!("the adapter cannot send {other:?}").into()),
        }
    }

    /// What fits, the value itself decides.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A value that has one form.
fn known<T: ToSql>(value: &Option<T>, ty: &Type, out: &mut BytesMut) -> Written {
    match value {
        None => Ok(IsNull::Yes),
        Some(_) if !T::accepts(ty) => Err(unfit(std::any::type_name::<T>(), ty)),
        Some(value) => value.to_sql(ty, out),
    }
}

/// A whole number, as wide as PostgreSQL wants it.
fn whole(value: Option<i128>, ty: &Type, out: &mut BytesMut) -> Written {
    let Some(value) = value else { return Ok(IsNull::Yes) };
    match *ty {
        Type::INT2 => i16::try_from(value)?.to_sql(ty, out),
        Type::INT4 => i32::try_from(value)?.to_sql(ty, out),
        Type::INT8 => i64::try_from(value)?.to_sql(ty, out),
        Type::OID => u32::try_from(value)?.to_sql(ty, out),
        Type::CHAR => i8::try_from(value)?.to_sql(ty, out),
        Type::NUMERIC => Decimal::try_from_i128_with_scale(value, 0)?.to_sql(ty, out),
        Type::FLOAT4 | Type::FLOAT8 => number(Some(value as f64), ty, out),
        _ => Err(unfit("a whole number", ty)),
    }
}

fn number(value: Option<f64>, ty: &Type, out: &mut BytesMut) -> Written {
    let Some(value) = value else { return Ok(IsNull::Yes) };
    match *ty {
        Type::FLOAT4 => (value as f32).to_sql(ty, out),
        Type::FLOAT8 => value.to_sql(ty, out),
        Type::NUMERIC => Decimal::try_from(value)?.to_sql(ty, out),
        _ => Err(unfit("a number", ty)),
    }
}

/// A text, or the name of a value of an enum.
fn text(value: Option<&str>, ty: &Type, out: &mut BytesMut) -> Written {
    let Some(value) = value else { return Ok(IsNull::Yes) };
    if <&str as ToSql>::accepts(ty) || matches!(ty.kind(), Kind::Enum(_)) {
        out.extend_from_slice(value.as_bytes());
        return Ok(IsNull::No);
    }
    match *ty {
        Type::UUID => value.parse::<uuid::Uuid>()?.to_sql(ty, out),
        Type::JSON | Type::JSONB => serde_json::from_str::<serde_json::Value>(value)?.to_sql(ty, out),
        _ => Err(unfit("a text", ty)),
    }
}

fn unfit(what: &str, ty: &Type) -> Box<dyn Error + Sync + Send> {
    format!("{what} is no {ty}: cast the parameter in the statement, or use a value of that type").into()
}
