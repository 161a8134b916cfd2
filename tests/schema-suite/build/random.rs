//! Random schemas of columns.

use serde_json::{Map, Value, json};

use crate::numbers::Numbers;

const PATTERNS: &[&str] = &["^a", "b$", "^[ab]*$", "^\\d+$", "^.{2,3}$", "é|𝒳"];
/// Formats of texts that are checked. `time` is not among them: as a column it has no offset, which JSON Schema wants.
const FORMATS: &[&str] = &[
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "uri",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];
/// Formats that are types.
const TYPES: &[&str] = &["uuid", "date", "date-time", "ipv4", "ipv6"];

/// The schema of a column.
pub fn column(numbers: &mut Numbers) -> Value {
    match numbers.below(12) {
        0..=2 => text(numbers),
        3 | 4 => integer(numbers),
        5 | 6 => number(numbers),
        7 | 8 => array(numbers),
        9 => with_combination(numbers),
        _ => object(numbers, 2),
    }
}

/// A schema of a column that has a keyword, so that its check is generated.
pub fn with_keyword(numbers: &mut Numbers, keyword: &str) -> Value {
    let has = |schema: &Value| {
        schema.get(keyword).is_some() && schema.get("not").is_none() && schema.get("anyOf").is_none()
    };
    loop {
        let schema = match keyword {
            "minLength" | "maxLength" | "pattern" => text(numbers),
            "format" => json!({ "type": "string", "format": numbers.one(FORMATS) }),
            "const" => json!({ "const": numbers.one(&[json!("a"), json!(3), json!(true)]) }),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                integer(numbers)
            }
            "items" => {
                json!({ "type": "array", "items": { "type": "integer", "minimum": numbers.below(4) } })
            }
            "minItems" | "maxItems" => array(numbers),
            // One kind of items that are compared as values, and one of those that are compared as JSON.
            "uniqueItems" => {
                json!({ "type": "array", "uniqueItems": true, "items": { "type": numbers.one(&["integer", "number"]) } })
            }
            _ => object(numbers, 1),
        };
        // A check by a whole schema is another mutant's.
        let plain = schema.get("contains").is_none();
        if keyword == "properties" || (has(&schema) && plain) {
            return schema;
        }
    }
}

fn text(numbers: &mut Numbers) -> Value {
    if numbers.once_in(4) {
        return json!({ "type": "string", "format": numbers.one(TYPES) });
    }
    if numbers.once_in(5) {
        return json!({ "enum": ["a", "b", "é"] });
    }
    let mut out = Map::from_iter([("type".to_owned(), json!("string"))]);
    if numbers.once_in(2) {
        out.insert("minLength".to_owned(), json!(numbers.below(4)));
    }
    if numbers.once_in(2) {
        out.insert("maxLength".to_owned(), json!(2 + numbers.below(4)));
    }
    if numbers.once_in(3) {
        out.insert("pattern".to_owned(), json!(numbers.one(PATTERNS)));
    }
    if numbers.once_in(4) {
        out.insert("format".to_owned(), json!(numbers.one(FORMATS)));
    }
    Value::Object(out)
}

fn integer(numbers: &mut Numbers) -> Value {
    let mut out = Map::from_iter([("type".to_owned(), json!("integer"))]);
    if numbers.once_in(2) {
        out.insert("format".to_owned(), json!(numbers.one(&["int16", "int32", "int64"])));
    }
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    for keyword in bounds.into_iter().filter(|_| numbers.once_in(3)).collect::<Vec<_>>() {
        let bound = if keyword.to_lowercase().contains("min") { -3 } else { 4 } + numbers.below(4) as i64;
        out.insert(keyword.to_owned(), json!(bound));
    }
    if numbers.once_in(3) {
        out.insert("multipleOf".to_owned(), json!(2 + numbers.below(2)));
    }
    if numbers.once_in(8) {
        // A column of a narrower type cannot hold this bound.
        out.insert("maximum".to_owned(), json!(3_000_000_000_i64));
    }
    Value::Object(out)
}

fn number(numbers: &mut Numbers) -> Value {
    let mut out = Map::from_iter([("type".to_owned(), json!("number"))]);
    if numbers.once_in(3) {
        out.insert("format".to_owned(), json!("float"));
    }
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    for keyword in bounds.into_iter().filter(|_| numbers.once_in(3)).collect::<Vec<_>>() {
        let bound =
            if keyword.to_lowercase().contains("min") { -1.0 } else { 1.0 } + numbers.below(4) as f64 / 4.0;
        out.insert(keyword.to_owned(), json!(bound));
    }
    if numbers.once_in(3) {
        out.insert("multipleOf".to_owned(), numbers.one(&[json!(0.25), json!(0.5), json!(2)]));
    }
    Value::Object(out)
}

fn array(numbers: &mut Numbers) -> Value {
    let items = match numbers.below(6) {
        0 => text(numbers),
        1 => json!({ "type": ["string", "null"] }),
        2 => json!({ "type": "boolean" }),
        3 => json!({ "type": "number" }),
        _ => json!({ "type": "integer", "minimum": numbers.below(3) }),
    };
    let mut out = Map::from_iter([("type".to_owned(), json!("array")), ("items".to_owned(), items)]);
    if numbers.once_in(2) {
        out.insert("minItems".to_owned(), json!(numbers.below(3)));
    }
    if numbers.once_in(2) {
        out.insert("maxItems".to_owned(), json!(1 + numbers.below(3)));
    }
    if numbers.once_in(2) {
        out.insert("uniqueItems".to_owned(), json!(true));
    }
    if numbers.once_in(5) {
        out.insert("contains".to_owned(), json!({ "const": 2 }));
    }
    Value::Object(out)
}

/// What a plain check cannot tell.
fn with_combination(numbers: &mut Numbers) -> Value {
    let parts: Vec<Value> = (0..2).map(|_| number_or_text(numbers)).collect();
    match numbers.below(5) {
        0 => json!({ "type": "string", "anyOf": [{ "maxLength": 1 }, { "minLength": 3 }] }),
        1 => {
            json!({ "type": "integer", "not": { "multipleOf": 2 }, "allOf": [{ "minimum": -2 }, { "maximum": 5 }] })
        }
        2 => json!({ "oneOf": parts }),
        3 => json!({ "anyOf": parts }),
        _ => json!({ "$ref": "#/$defs/shared" }),
    }
}

fn number_or_text(numbers: &mut Numbers) -> Value {
    if numbers.once_in(2) { integer(numbers) } else { text(numbers) }
}

fn object(numbers: &mut Numbers, depth: usize) -> Value {
    let mut properties = Map::new();
    for name in ["a", "b", "c"] {
        let schema = match numbers.below(5) {
            0 if depth > 0 => object(numbers, depth - 1),
            1 => array(numbers),
            2 => json!({}),
            _ => number_or_text(numbers),
        };
        properties.insert(name.to_owned(), schema);
    }
    let mut out =
        Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), json!(properties))]);
    let more = [
        ("required", json!(["a"])),
        ("additionalProperties", json!(false)),
        ("additionalProperties", json!({ "type": "integer" })),
        ("patternProperties", json!({ "^x": { "type": "string" } })),
        ("propertyNames", json!({ "maxLength": 1 })),
        ("minProperties", json!(1)),
        ("maxProperties", json!(2)),
        ("dependentRequired", json!({ "a": ["b"] })),
        ("dependentSchemas", json!({ "b": { "required": ["x"] } })),
        ("unevaluatedProperties", json!(false)),
        ("not", json!({ "required": ["c"] })),
    ];
    for (keyword, value) in more {
        if numbers.once_in(6) {
            out.insert(keyword.to_owned(), value);
        }
    }
    if numbers.once_in(5) {
        out.insert("if".to_owned(), json!({ "required": ["a"] }));
        out.insert("then".to_owned(), json!({ "required": ["b"] }));
    }
    Value::Object(out)
}
