//! The rules of a column that mean the same in PostgreSQL, as conditions of CHECK constraints.
//!
//! What is left out here is left to the validators: formats, what is inside JSON and arrays, multiples of fractions, and
//! patterns that PostgreSQL reads in another way.

use serde_json::{Number, Value};

use super::pattern;
use super::table::{Check, pieces_around};
use crate::emit::quote_text;
use crate::model::{Column, Rule, Scalar, Type};

/// The checks of a column; `name` makes the name of one from what it ends with.
pub(super) fn of(column: &Column, name: impl Fn(&str) -> String) -> Vec<Check> {
    if !column.checked {
        return Vec::new();
    }
    let mut out: Vec<Check> = Vec::new();
    let rules = column.rules.iter().filter(|_| is_as_declared(column));
    for (suffix, pieces) in values(column).into_iter().chain(rules.filter_map(|rule| condition(column, rule)))
    {
        match out.iter_mut().find(|check| check.suffix == suffix) {
            // Schemas that are taken over by `$ref` and `allOf` may say a keyword twice.
            Some(check) => join(&mut check.pieces, pieces),
            None => out.push(Check { name: name(suffix), column: column.name.clone(), pieces, suffix }),
        }
    }
    out
}

fn join(pieces: &mut Vec<String>, more: Vec<String>) {
    let mut more = more.into_iter();
    if let (Some(last), Some(first)) = (pieces.last_mut(), more.next()) {
        last.push_str(" AND ");
        last.push_str(&first);
    }
    pieces.extend(more);
}

/// The values of an enum; a native one needs no check.
fn values(column: &Column) -> Option<(&'static str, Vec<String>)> {
    let found = column.ty.as_enum().filter(|found| found.native.is_none())?;
    let values: Vec<String> = found.variants.iter().map(|variant| quote_text(&variant.value)).collect();
    let values = values.join(", ");
    let pieces = match column.ty {
        Type::Array(_) => pieces_around("", format!("::text[] <@ ARRAY[{values}]::text[]")),
        _ => pieces_around("", format!(" IN ({values})")),
    };
    Some(("check", pieces))
}

/// Whether the declared type compares as the schema's does: a domain or an extension's type may not.
fn is_as_declared(column: &Column) -> bool {
    let Some(declared) = &column.sql_type else { return true };
    let declared = declared.to_ascii_lowercase();
    let base = declared.split('(').next().unwrap_or_default().trim();
    let known: &[&str] = match column.ty {
        Type::Scalar(Scalar::Text) => &["text", "varchar", "character varying"],
        Type::Scalar(scalar) if scalar.is_integer() || scalar.is_float() => &[
            "int2",
            "int4",
            "int8",
            "smallint",
            "int",
            "integer",
            "bigint",
            "float4",
            "float8",
            "real",
            "double precision",
            "numeric",
            "decimal",
        ],
        _ => return declared == column.ty.sql(),
    };
    known.contains(&base)
}

/// A rule as what stands around the column's name, and what the constraint's name ends with. No ending is the tail of another
/// behind a `_`, so that names differ where columns do.
fn condition(column: &Column, rule: &Rule) -> Option<(&'static str, Vec<String>)> {
    let compare = |suffix, operator: &str, bound: &Number| {
        Some((suffix, pieces_around("", format!(" {operator} {bound}"))))
    };
    match rule {
        Rule::Minimum(bound) => compare("minimum", ">=", bound),
        Rule::Maximum(bound) => compare("maximum", "<=", bound),
        Rule::ExclusiveMinimum(bound) => compare("above", ">", bound),
        Rule::ExclusiveMaximum(bound) => compare("below", "<", bound),
        Rule::MultipleOf(of) => multiple(&column.ty, of),
        // Both count characters, not bytes.
        Rule::MinLength(count) => {
            Some(("min_length", pieces_around("char_length(", format!(") >= {count}"))))
        }
        Rule::MaxLength(count) => {
            Some(("max_length", pieces_around("char_length(", format!(") <= {count}"))))
        }
        Rule::Pattern(pattern) => {
            let pattern = quote_text(&pattern::translated(pattern)?);
            Some(("pattern", pieces_around("", format!(" ~ {pattern}"))))
        }
        Rule::MinItems(count) => Some(("min_items", pieces_around("cardinality(", format!(") >= {count}")))),
        Rule::MaxItems(count) => Some(("max_items", pieces_around("cardinality(", format!(") <= {count}")))),
        Rule::Constant(value) => {
            let literal = match value {
                Value::String(text) if !text.contains('\0') => quote_text(text),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                _ => return None,
            };
            Some(("const", pieces_around("", format!(" = {literal}"))))
        }
        Rule::Format(_) | Rule::UniqueItems | Rule::Each(_) | Rule::Schema(_) => None,
    }
}

/// Only whole numbers: the fractions of floats are not those that JSON shows.
fn multiple(ty: &Type, of: &Number) -> Option<(&'static str, Vec<String>)> {
    let of = of.as_i64().filter(|of| *of > 0)?;
    matches!(ty, Type::Scalar(scalar) if scalar.is_integer())
        .then(|| ("multiple_of", pieces_around("", format!(" % {of} = 0"))))
}
