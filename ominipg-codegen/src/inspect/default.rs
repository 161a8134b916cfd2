//! Defaults: literals as JSON, the rest as SQL.

use ominipg_runtime::CatalogColumn;
use serde_json::Value;

use super::tokens::{Token, tokens};

/// A default.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Default {
    Literal(Value),
    Sql(String),
    /// The next number of a sequence that belongs to the column.
    Sequence,
}

/// The default of a column; `values` are those of its enum, where it has one.
pub(super) fn default(column: &CatalogColumn, values: Option<&[String]>) -> Option<Default> {
    let sql = column.default.as_ref()?;
    if sql.starts_with("nextval(") {
        return Some(Default::Sequence);
    }
    let is_text = matches!(column.base.as_str(), "text" | "varchar") || column.is_enum;
    // What is not understood is SQL in any case.
    let literal = match tokens(sql).unwrap_or_default().as_slice() {
        [Token::Text(text)] if is_text && !column.is_array => match values {
            Some(values) if !values.contains(text) => None,
            _ => Some(Value::String(text.clone())),
        },
        [Token::Number(text) | Token::Text(text)]
            if matches!(column.base.as_str(), "int2" | "int4" | "int8") =>
        {
            text.parse::<i64>().ok().filter(|_| !column.is_array).map(Value::from)
        }
        [Token::Word(word)] if column.base == "bool" => word.parse::<bool>().ok().map(Value::Bool),
        _ => None,
    };
    Some(literal.map_or_else(|| Default::Sql(sql.clone()), Default::Literal))
}
