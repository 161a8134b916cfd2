//! Which keywords of a column become checks, and of what kind.

use serde_json::Value as Json;

use super::cursor::Cursor;
use super::layers::{Layers, value_or_null};
use super::{Context, bundle};
use crate::diagnostic::{Code, Finding};
use crate::model::rule::{Format, Rule};
use crate::model::types::{Scalar, Type};
use crate::read::{Entry, is_later_than_draft7};

/// What a keyword means for a column.
enum Meaning {
    /// A plain check.
    Rule(Rule),
    /// Enforced by the type, by the database, or no constraint.
    Nothing,
    /// Only a JSON Schema validator can tell.
    Whole,
    /// The keyword is about values of another type.
    NoEffect,
}

/// The checks for a column; `plain` is false where the Rust type is one of the user's own.
pub(super) fn rules<'a>(
    context: &mut Context<'a, '_>,
    at: Cursor<'a>,
    layers: &Layers<'a>,
    ty: &Type,
    plain: bool,
) -> Vec<Rule> {
    if let Type::Json(schema) = ty {
        return schema.iter().cloned().map(Rule::Schema).collect();
    }
    let mut rules = Vec::new();
    let mut whole = false;
    for layer in &layers.all {
        for (entry, value) in layer.at.entries() {
            match meaning(context, entry, value, ty) {
                Meaning::Rule(rule) if plain => {
                    if !rules.contains(&rule) {
                        rules.push(rule);
                    }
                }
                Meaning::Rule(_) | Meaning::Whole => whole = true,
                Meaning::Nothing => {}
                Meaning::NoEffect => {
                    let place = layer.at.key_place(entry);
                    let message = format!("`{}` has no effect on a column of type {}", entry.key, ty.sql());
                    let help = "leave it out, or change the `type`";
                    context.add(Finding::new(Code::NoEffect, place, message).help(help));
                }
            }
        }
    }
    match whole.then(|| bundle::bundle(context, at)).flatten() {
        Some(schema) => vec![Rule::Schema(schema)],
        None => rules,
    }
}

fn meaning<'a>(context: &mut Context<'a, '_>, entry: &Entry, value: Cursor<'a>, ty: &Type) -> Meaning {
    match entry.key.as_str() {
        // It has a warning of its own.
        later if value.draft7 && is_later_than_draft7(later) => Meaning::Nothing,
        "minLength" | "maxLength" | "pattern" => string_rule(context, entry, value, ty),
        "format" => format(value, ty),
        "contentEncoding" if value.node.str() == Some("base64") && *ty == Type::Scalar(Scalar::Bytea) => {
            Meaning::Nothing
        }
        "contentEncoding" | "contentMediaType" | "contentSchema" => Meaning::NoEffect,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            number_rule(entry, ty)
        }
        "const" => constant(value.node.to_json(), ty),
        "enum" if ty.as_enum().is_some() => Meaning::Nothing,
        "enum" => Meaning::Whole,
        "minItems" | "maxItems" | "uniqueItems" | "items" | "contains" | "minContains" | "maxContains"
        | "prefixItems" | "additionalItems" | "unevaluatedItems" => array_rule(context, entry, value, ty),
        "properties"
        | "required"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "patternProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "dependentRequired"
        | "dependentSchemas"
        | "dependencies" => Meaning::NoEffect,
        "anyOf" | "oneOf" if value_or_null(value).is_some() => Meaning::Nothing,
        "anyOf" | "oneOf" | "not" | "if" => Meaning::Whole,
        _ => Meaning::Nothing,
    }
}

fn string_rule<'a>(context: &mut Context<'a, '_>, entry: &Entry, value: Cursor<'a>, ty: &Type) -> Meaning {
    let count = || count(&value.node.to_json()).unwrap_or(0);
    let rule = match entry.key.as_str() {
        "minLength" => Rule::MinLength(count()),
        "maxLength" => Rule::MaxLength(count()),
        _ => {
            let pattern = value.node.str().unwrap_or_default();
            if let Err(error) = jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })) {
                let finding =
                    Finding::new(Code::BadPattern, value.place(), "this is not a regular expression")
                        .label(error.to_string())
                        .help(
                            "patterns are ECMA-262 regular expressions; in JSON a backslash is written twice",
                        );
                context.add(finding);
            }
            Rule::Pattern(pattern.to_owned())
        }
    };
    match ty {
        Type::Scalar(Scalar::Text) => Meaning::Rule(rule),
        _ if is_string(ty) => Meaning::Whole,
        _ => Meaning::NoEffect,
    }
}

fn format(value: Cursor<'_>, ty: &Type) -> Meaning {
    let format = value.node.str().unwrap_or_default();
    match (Format::of(format), ty) {
        (Some(format), Type::Scalar(Scalar::Text)) => Meaning::Rule(Rule::Format(format)),
        (Some(_), _) if is_string(ty) => Meaning::Whole,
        (Some(_), _) => Meaning::NoEffect,
        // `inet` holds both kinds of address.
        (None, Type::Scalar(Scalar::Inet)) => Meaning::Whole,
        (None, _) => {
            let fits = match format {
                "int16" | "int32" | "int64" => matches!(ty, Type::Scalar(scalar) if scalar.is_integer()),
                "float" | "double" => matches!(ty, Type::Scalar(scalar) if scalar.is_float()),
                "decimal" | "byte" | "uuid" | "date-time" | "date" | "time" | "duration" => is_string(ty),
                // An unknown format has its own warning.
                _ => true,
            };
            if fits { Meaning::Nothing } else { Meaning::NoEffect }
        }
    }
}

fn number_rule(entry: &Entry, ty: &Type) -> Meaning {
    let Json::Number(bound) = entry.node.to_json() else { return Meaning::Nothing };
    let Type::Scalar(scalar) = ty else { return Meaning::NoEffect };
    let fits = match scalar {
        Scalar::Int2 => bound.as_i64().is_some_and(|bound| i16::try_from(bound).is_ok()),
        Scalar::Int4 => bound.as_i64().is_some_and(|bound| i32::try_from(bound).is_ok()),
        Scalar::Int8 => bound.as_i64().is_some(),
        Scalar::Float4 => bound.as_f64().is_some_and(|wide| f64::from(wide as f32) == wide),
        Scalar::Float8 => true,
        _ => return Meaning::NoEffect,
    };
    if !fits {
        return Meaning::Whole;
    }
    Meaning::Rule(match entry.key.as_str() {
        "minimum" => Rule::Minimum(bound),
        "maximum" => Rule::Maximum(bound),
        "exclusiveMinimum" => Rule::ExclusiveMinimum(bound),
        "exclusiveMaximum" => Rule::ExclusiveMaximum(bound),
        _ => Rule::MultipleOf(bound),
    })
}

fn constant(value: Json, ty: &Type) -> Meaning {
    let plain = match (ty, &value) {
        (Type::Scalar(Scalar::Text), Json::String(_)) | (Type::Scalar(Scalar::Bool), Json::Bool(_)) => true,
        (Type::Scalar(Scalar::Int8), Json::Number(number)) => number.is_i64(),
        (Type::Scalar(Scalar::Int4), Json::Number(number)) => {
            number.as_i64().is_some_and(|n| i32::try_from(n).is_ok())
        }
        (Type::Scalar(Scalar::Int2), Json::Number(number)) => {
            number.as_i64().is_some_and(|n| i16::try_from(n).is_ok())
        }
        _ => false,
    };
    if plain { Meaning::Rule(Rule::Constant(value)) } else { Meaning::Whole }
}

fn array_rule<'a>(context: &mut Context<'a, '_>, entry: &Entry, value: Cursor<'a>, ty: &Type) -> Meaning {
    let Type::Array(item) = ty else { return Meaning::NoEffect };
    let json = value.node.to_json();
    match entry.key.as_str() {
        "minItems" => Meaning::Rule(Rule::MinItems(count(&json).unwrap_or(0))),
        "maxItems" => Meaning::Rule(Rule::MaxItems(count(&json).unwrap_or(0))),
        "uniqueItems" if json == Json::Bool(true) => Meaning::Rule(Rule::UniqueItems),
        "uniqueItems" => Meaning::Nothing,
        "items" => {
            let layers = Layers::of(context, value);
            let rules = rules(context, value, &layers, item, true);
            match rules.as_slice() {
                [] => Meaning::Nothing,
                // One validator for the column is better than one for each item.
                [Rule::Schema(_)] => Meaning::Whole,
                _ => Meaning::Rule(Rule::Each(rules)),
            }
        }
        // They count only beside `contains`, and only beside a list of items.
        "minContains" | "maxContains" | "additionalItems" => Meaning::Nothing,
        _ => Meaning::Whole,
    }
}

/// A count may be written `3` or `3.0`.
fn count(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().map(|value| value as u64))
}

/// Whether a column's values are strings in JSON.
fn is_string(ty: &Type) -> bool {
    match ty {
        Type::Enum(_) => true,
        Type::Scalar(scalar) => !scalar.is_integer() && !scalar.is_float() && *scalar != Scalar::Bool,
        _ => false,
    }
}
