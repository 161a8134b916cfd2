//! Which type a column has.

use super::cursor::Cursor;
use super::layers::{Layers, value_or_null};
use super::{Context, bundle, sql_type};
use crate::diagnostic::{Code, Finding};
use crate::model::types::{Enum, Scalar, Type, Variant};
use crate::names;

const TYPES: &[&str] = &["null", "boolean", "integer", "number", "string", "array", "object"];

/// A type, and whether the schema allows `null` beside it.
pub(super) struct Class {
    pub(super) ty: Type,
    pub(super) nullable: bool,
}

/// The type of the schema at `at`; `enum_name` says what a Rust enum would be called.
pub(super) fn classify<'a>(
    context: &mut Context<'a, '_>,
    at: Cursor<'a>,
    layers: &Layers<'a>,
    enum_name: &dyn Fn() -> String,
) -> Option<Class> {
    let (mut types, nullable) = types(layers);
    if types.contains(&"number") {
        types.retain(|ty| *ty != "integer");
    }
    let ty = match types.as_slice() {
        [] if nullable => {
            return impossible(context, at, "only `null` satisfies this schema, so the column holds nothing");
        }
        [] => return impossible(context, at, "no value satisfies this schema"),
        ["string"] => string(context, at, layers, enum_name)?,
        ["integer"] => Type::Scalar(match format(layers) {
            Some("int16") => Scalar::Int2,
            Some("int32") => Scalar::Int4,
            _ => Scalar::Int8,
        }),
        ["number"] => {
            Type::Scalar(if format(layers) == Some("float") { Scalar::Float4 } else { Scalar::Float8 })
        }
        ["boolean"] => Type::Scalar(Scalar::Bool),
        ["array"] => match array(context, layers, enum_name) {
            Some(item) => Type::Array(Box::new(item)),
            None => Type::Json(bundle::bundle(context, at)),
        },
        _ => Type::Json(bundle::bundle(context, at)),
    };
    if ty == Type::Json(Some(serde_json::Value::Bool(false))) {
        return impossible(context, at, "no value satisfies this schema");
    }
    Some(Class { ty, nullable })
}

/// The types that every layer allows, without `null`, and whether all of them allow `null`.
fn types(layers: &Layers<'_>) -> (Vec<&'static str>, bool) {
    let mut allowed: Vec<&'static str> = TYPES.to_vec();
    let mut explicit_null = false;
    let mut null_allowed = true;
    for layer in &layers.all {
        let Some((named, with_null)) = named_types(layer.at) else { continue };
        // What is beside a `null` may be null too, and another table's column says nothing of NULL here.
        if !layer.foreign && !layer.or_null {
            explicit_null |= with_null;
            null_allowed &= with_null;
        }
        allowed.retain(|ty| {
            *ty == "null" || named.contains(ty) || (*ty == "integer" && named.contains(&"number"))
        });
    }
    let union_null = layers.all.iter().any(|layer| layer.or_null && !layer.foreign);
    if layers.all.iter().all(|layer| named_types(layer.at).is_none()) {
        return (TYPES[1..].to_vec(), union_null);
    }
    allowed.retain(|ty| *ty != "null");
    (allowed, null_allowed && (explicit_null || union_null))
}

/// What one layer says: its types without `null`, and whether `null` is among them.
fn named_types(at: Cursor<'_>) -> Option<(Vec<&'static str>, bool)> {
    let known = |name: &str| TYPES.iter().find(|ty| **ty == name).copied();
    let mut named: Option<Vec<&'static str>> =
        at.get("type").map(|ty| ty.names().into_iter().filter_map(|name| known(name.node.str()?)).collect());
    let values: Option<Vec<Cursor<'_>>> = match (at.get("const"), at.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(values)) => Some(values.items().collect()),
        (None, None) => None,
    };
    if let Some(values) = values {
        let of_values: Vec<&'static str> =
            values.into_iter().map(|value| type_of(&value.node.to_json())).collect();
        let named = named.get_or_insert_with(|| of_values.clone());
        named.retain(|ty| of_values.contains(ty) || (*ty == "number" && of_values.contains(&"integer")));
        named.dedup();
    }
    let mut named = named?;
    let with_null = named.contains(&"null");
    named.retain(|ty| *ty != "null");
    named.sort_unstable();
    named.dedup();
    Some((named, with_null))
}

fn type_of(value: &serde_json::Value) -> &'static str {
    use serde_json::Value;
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn format<'a>(layers: &Layers<'a>) -> Option<&'a str> {
    layers.get("format").and_then(|format| format.node.str())
}

fn string<'a>(
    context: &mut Context<'a, '_>,
    at: Cursor<'a>,
    layers: &Layers<'a>,
    enum_name: &dyn Fn() -> String,
) -> Option<Type> {
    if let Some(values) = layers.get("enum") {
        return enumeration(context, at, values, layers, enum_name);
    }
    let base64 = layers.get("contentEncoding").and_then(|encoding| encoding.node.str()) == Some("base64");
    Some(Type::Scalar(match format(layers) {
        Some("uuid") => Scalar::Uuid,
        Some("date-time") => Scalar::Timestamptz,
        Some("date") => Scalar::Date,
        Some("time") => Scalar::Time,
        Some("duration") => Scalar::Interval,
        Some("ipv4" | "ipv6") => Scalar::Inet,
        Some("decimal") => Scalar::Numeric,
        Some("byte") => Scalar::Bytea,
        _ if base64 => Scalar::Bytea,
        _ => Scalar::Text,
    }))
}

fn enumeration<'a>(
    context: &mut Context<'a, '_>,
    at: Cursor<'a>,
    values: Cursor<'a>,
    layers: &Layers<'a>,
    enum_name: &dyn Fn() -> String,
) -> Option<Type> {
    let mut variants: Vec<Variant> = Vec::new();
    for value in values.items() {
        let Some(text) = value.node.str() else { continue };
        if variants.iter().any(|variant| variant.value == text) {
            continue;
        }
        let mut name = match names::pascal(text).as_str() {
            "" if text.is_empty() => "Empty".to_owned(),
            "" => format!("Value{}", variants.len() + 1),
            name => name.to_owned(),
        };
        // `a-b` and `a_b` give the same name: the later one is numbered.
        let mut count = 2;
        while variants.iter().any(|variant| variant.name == name) {
            name = format!("{}{count}", names::pascal(text));
            count += 1;
        }
        variants.push(Variant { name, value: text.to_owned() });
    }
    if variants.is_empty() {
        return impossible(context, at, "no text is among the values");
    }
    let native = layers.extension("type").and_then(|ty| sql_type::native(ty.node.str()?));
    Some(Type::Enum(Enum { name: enum_name(), variants, native }))
}

/// The type of the items, where it is one that PostgreSQL's arrays hold well.
fn array<'a>(
    context: &mut Context<'a, '_>,
    layers: &Layers<'a>,
    enum_name: &dyn Fn() -> String,
) -> Option<Type> {
    let items = layers.get("items")?;
    let tuple = layers.get("prefixItems").is_some_and(|at| !at.draft7);
    if items.node.object().is_none() || tuple {
        return None;
    }
    let item_layers = Layers::of(context, items);
    let nullable = ["anyOf", "oneOf"]
        .into_iter()
        .any(|keyword| items.get(keyword).is_some_and(|at| value_or_null(at).is_some()));
    if nullable || item_layers.table_ref.is_some() {
        return None;
    }
    // An item that no value satisfies is left to the JSON Schema, which allows the empty array.
    let (types, null) = types(&item_layers);
    if null || types.is_empty() || types == ["array"] || types == ["object"] {
        return None;
    }
    let item_name = || names::row_type(&enum_name());
    let class = classify(context, items, &item_layers, &item_name)?;
    match class.ty {
        Type::Scalar(Scalar::Bytea) | Type::Json(_) | Type::Array(_) => None,
        item => Some(item),
    }
}

fn impossible<'a, T>(context: &mut Context<'a, '_>, at: Cursor<'a>, message: &str) -> Option<T> {
    let help = "look at `type`, `enum` and `const` here and behind every `$ref` and `allOf`: together they leave nothing";
    context.add(Finding::new(Code::Impossible, at.place(), message).help(help));
    None
}
