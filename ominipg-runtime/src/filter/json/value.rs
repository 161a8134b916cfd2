use std::net::IpAddr;
use std::str::FromStr;

use ::base64::Engine as _;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;
use serde_json::Value;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::schema::SqlType;
use crate::value::Interval;

/// A value that can be sent.
pub(super) type Cell = Box<dyn ToSql + Send + Sync>;

/// What is said of text that PostgreSQL cannot hold.
pub(super) const NUL: &str = "PostgreSQL's text has no character NUL";

/// Whether a text in it has the character NUL.
pub(super) fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(entries) => entries.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// A JSON value as one of a scalar SQL type; an error says what was expected.
pub(super) fn cell(ty: SqlType, value: &Value) -> Result<Cell, String> {
    let cell = match ty {
        SqlType::Text => value.as_str().map(|text| Box::new(text.to_owned()) as Cell),
        SqlType::Int2 => integer(value).and_then(|n| i16::try_from(n).ok()).map(|n| Box::new(n) as Cell),
        SqlType::Int4 => integer(value).and_then(|n| i32::try_from(n).ok()).map(|n| Box::new(n) as Cell),
        SqlType::Int8 => integer(value).map(|n| Box::new(n) as Cell),
        SqlType::Float4 => value.as_f64().map(|n| Box::new(n as f32) as Cell),
        SqlType::Float8 => value.as_f64().map(|n| Box::new(n) as Cell),
        SqlType::Bool => value.as_bool().map(|flag| Box::new(flag) as Cell),
        SqlType::Uuid => parsed::<Uuid>(value),
        SqlType::Timestamptz => parsed::<Timestamp>(value),
        SqlType::Date => parsed::<Date>(value),
        SqlType::Time => parsed::<Time>(value),
        SqlType::Interval => parsed::<Interval>(value),
        SqlType::Inet => parsed::<IpAddr>(value),
        SqlType::Numeric => decimal(value).map(|n| Box::new(n) as Cell),
        SqlType::Bytea => {
            let bytes =
                value.as_str().and_then(|text| ::base64::engine::general_purpose::STANDARD.decode(text).ok());
            bytes.map(|bytes| Box::new(bytes) as Cell)
        }
        SqlType::Jsonb | SqlType::Array(_) => None,
    };
    cell.ok_or_else(|| format!("expected {}, found {}", expected(ty), found(value)))
}

/// An integer, also where it is written as 1.0.
fn integer(value: &Value) -> Option<i64> {
    let whole = |float: f64| (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    Decimal::from_str_exact(&text).ok().or_else(|| Decimal::from_scientific(&text).ok())
}

fn parsed<T: FromStr + ToSql + Send + Sync + 'static>(value: &Value) -> Option<Cell> {
    value.as_str()?.parse::<T>().ok().map(|value| Box::new(value) as Cell)
}

fn expected(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Text => "a string",
        SqlType::Int2 => "an integer of 16 bits",
        SqlType::Int4 => "an integer of 32 bits",
        SqlType::Int8 => "an integer of 64 bits",
        SqlType::Float4 | SqlType::Float8 => "a number",
        SqlType::Bool => "true or false",
        SqlType::Uuid => "a UUID as a string",
        SqlType::Timestamptz => "a time stamp as a string, such as \"2024-01-31T12:00:00Z\"",
        SqlType::Date => "a date as a string, such as \"2024-01-31\"",
        SqlType::Time => "a time as a string, such as \"12:00:00\"",
        SqlType::Interval => "an ISO 8601 duration as a string, such as \"P1DT2H\"",
        SqlType::Bytea => "base64 as a string",
        SqlType::Inet => "an IP address as a string",
        SqlType::Numeric => "a number, or a decimal as a string",
        SqlType::Jsonb | SqlType::Array(_) => "a value that can be compared",
    }
}

fn found(value: &Value) -> String {
    let mut text = match value {
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "an object".to_owned(),
        scalar => scalar.to_string(),
    };
    if text.len() > 60 {
        let end = (0..=60).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
