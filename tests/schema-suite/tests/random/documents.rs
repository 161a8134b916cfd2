//! Documents that a schema is about, valid or nearly so.

use serde_json::{Map, Value, json};

use crate::numbers::Numbers;

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "ba",
    "aba",
    "12",
    "1234",
    "é",
    "𝒳é",
    "abcdef",
    "ada@example.com",
    "jürgen@müller.example",
    "example.com",
    "müller.example",
    "-a-",
    "https://example.com/a?b#c",
    "/a/b",
    "/a/{b}",
    "{",
    "0/a",
    "1#",
    "[",
    "a b",
    "http://müller/ü",
    "8c4a1f8e-3b64-4b0f-9d5e-0a7c5f0d1e2b",
    "8c4a1f8e",
    "2024-02-29",
    "2023-02-29",
    "2024-02-29T12:00:00Z",
    "2024-13-01T12:00:00Z",
    "127.0.0.1",
    "256.0.0.1",
    "::1",
    "::g",
];

/// A document for a schema of the document `root`.
pub fn of(schema: &Value, root: &Value, numbers: &mut Numbers, depth: usize) -> Value {
    if depth > 6 || numbers.once_in(25) {
        return any(numbers);
    }
    if schema.get("$ref").is_some() {
        return of(&root["$defs"]["shared"], root, numbers, depth + 1);
    }
    if let Some(values) = schema["enum"].as_array().filter(|_| !numbers.once_in(6)) {
        return numbers.one(values);
    }
    if schema.get("const").is_some() && !numbers.once_in(3) {
        return schema["const"].clone();
    }
    match schema["type"].as_str() {
        Some("string") => json!(text(numbers)),
        Some("integer") => json!(numbers.below(13) as i64 - 5),
        Some("number") => number(numbers),
        Some("boolean") => json!(numbers.once_in(2)),
        Some("array") => {
            let count = numbers.below(5);
            (0..count).map(|_| of(&schema["items"], root, numbers, depth + 1)).collect()
        }
        Some("object") => object(schema, root, numbers, depth),
        _ => match ["anyOf", "oneOf", "allOf"].iter().find_map(|key| schema[*key].as_array()) {
            // What is tried first in `allOf` is the schema itself.
            Some(parts) if schema.get("allOf").is_some() => of(&parts[0], root, numbers, depth + 1),
            Some(parts) => of(&numbers.one(parts), root, numbers, depth + 1),
            None => any(numbers),
        },
    }
}

fn object(schema: &Value, root: &Value, numbers: &mut Numbers, depth: usize) -> Value {
    let mut out = Map::new();
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if numbers.once_in(2) {
            out.insert(name.clone(), of(inner, root, numbers, depth + 1));
        }
    }
    for name in ["x", "xy", "z"] {
        if numbers.once_in(6) {
            out.insert(name.to_owned(), any(numbers));
        }
    }
    Value::Object(out)
}

fn text(numbers: &mut Numbers) -> String {
    if numbers.once_in(2) {
        return numbers.one(TEXTS).to_owned();
    }
    (0..numbers.below(7)).map(|_| numbers.one(&['a', 'b', '1', 'é', '𝒳'])).collect()
}

/// Quarters: a float of 32 bits holds them exactly.
fn number(numbers: &mut Numbers) -> Value {
    let quarters = numbers.below(25) as i64 - 10;
    if quarters % 4 == 0 { json!(quarters / 4) } else { json!(quarters as f64 / 4.0) }
}

fn any(numbers: &mut Numbers) -> Value {
    match numbers.below(7) {
        0 => json!(null),
        1 => json!(true),
        2 => json!(numbers.below(9) as i64 - 4),
        3 => json!(0.5),
        4 => json!(numbers.one(TEXTS)),
        5 => json!([]),
        _ => json!({}),
    }
}
