//! The default of a column, as SQL.

use serde_json::Value as Json;

use super::cursor::Cursor;
use super::layers::Layers;
use super::{Context, bundle};
use crate::diagnostic::{Code, Finding};
use crate::emit::quote_text;
use crate::model::types::{Scalar, Type};

/// The default of a column: `x-ominipg.default`, then the table's `defaults`, then the keyword `default`.
pub(super) fn default<'a>(
    context: &mut Context<'a, '_>,
    at: Cursor<'a>,
    layers: &Layers<'a>,
    ty: &Type,
    of_table: Option<Cursor<'a>>,
) -> Option<String> {
    if let Some(sql) = layers.own_extension("default").and_then(|at| at.node.str()) {
        return Some(sql.to_owned());
    }
    if let Some(sql) = of_table.and_then(|at| at.get("sql")).and_then(|at| at.node.str()) {
        return Some(sql.to_owned());
    }
    let literal = of_table.or_else(|| layers.own_get("default"))?;
    let value = literal.node.to_json();
    if value.is_null() {
        return None;
    }
    let schema = bundle::bundle(context, at).unwrap_or(Json::Bool(true));
    let mut options = jsonschema::options();
    options = options.should_validate_formats(true);
    // A schema that does not compile is reported where its rules are made.
    let problem = options
        .build(&schema)
        .ok()
        .and_then(|valid| valid.validate(&value).err().map(|error| error.to_string()));
    let problem = problem
        .or_else(|| sql(ty, &value).is_none().then(|| format!("`{value}` is no value of type {}", ty.sql())));
    if let Some(problem) = problem {
        let finding = Finding::new(Code::BadDefault, literal.place(), "the default does not fit the column")
            .label(problem)
            .help("give a value that the schema allows, or SQL: `\"x-ominipg\": { \"default\": \"now()\" }`");
        context.add(finding);
        return None;
    }
    sql(ty, &value)
}

/// A JSON value as an SQL literal without a type, so that it takes the column's.
fn sql(ty: &Type, value: &Json) -> Option<String> {
    Some(match (ty, value) {
        (Type::Json(_), value) => quote_text(&value.to_string()),
        (Type::Array(item), Json::Array(items)) => {
            let parts: Option<Vec<String>> = items.iter().map(|value| element(item, value)).collect();
            quote_text(&format!("{{{}}}", parts?.join(",")))
        }
        (Type::Scalar(scalar), Json::Number(number)) if scalar.is_float() => number.to_string(),
        // `3.0` is an integer in JSON Schema.
        (Type::Scalar(scalar), Json::Number(number)) if scalar.is_integer() => match number.as_i64() {
            Some(number) => number.to_string(),
            None => format!("{:.0}", number.as_f64()?),
        },
        (Type::Scalar(Scalar::Bool), Json::Bool(value)) => value.to_string(),
        (Type::Scalar(Scalar::Bytea), Json::String(text)) => {
            format!("decode({}, 'base64')", quote_text(text))
        }
        (Type::Scalar(Scalar::Numeric), Json::String(text)) if !is_decimal(text) => return None,
        (Type::Scalar(scalar), Json::String(text))
            if !scalar.is_float() && !scalar.is_integer() && *scalar != Scalar::Bool =>
        {
            quote_text(text)
        }
        (Type::Enum(_), Json::String(text)) => quote_text(text),
        _ => return None,
    })
}

/// An element of PostgreSQL's array literal.
fn element(ty: &Type, value: &Json) -> Option<String> {
    match (ty, value) {
        (Type::Scalar(Scalar::Bool), Json::Bool(value)) => Some(value.to_string()),
        (_, Json::Number(_)) => sql(ty, value),
        (_, Json::String(text)) => Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        _ => None,
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
