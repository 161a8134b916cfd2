use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Violations;
use super::document::Document;

/// The schema of a JSON column, compiled at first use; it refers to nothing outside itself.
pub struct JsonSchema {
    source: &'static str,
    compiled: OnceLock<Result<Compiled, String>>,
}

struct Compiled {
    /// What tells of most valid values that they are, without a copy.
    document: Option<Document>,
    validator: Validator,
}

impl JsonSchema {
    /// A schema; nothing is compiled yet.
    pub const fn new(source: &'static str) -> Self {
        Self { source, compiled: OnceLock::new() }
    }

    pub(crate) fn check<T: Serialize>(&self, violations: &mut Violations, pointer: &str, value: &T) {
        let compiled = match self.compiled.get_or_init(|| compile(self.source)) {
            Ok(compiled) => compiled,
            Err(error) => return violations.push(pointer, "$schema", format!("cannot be checked: {error}")),
        };
        if compiled.document.as_ref().is_some_and(|document| document.holds(value)) {
            return;
        }
        let value = match serde_json::to_value(value) {
            Ok(value) => value,
            Err(error) => {
                return violations.push(pointer, "type", format!("cannot be written as JSON: {error}"));
            }
        };
        if compiled.validator.is_valid(&value) {
            return;
        }
        for error in compiled.validator.iter_errors(&value) {
            let pointer = format!("{pointer}{}", error.instance_path().as_str());
            violations.push(&pointer, keyword(error.kind().keyword()), error.to_string());
        }
    }
}

impl fmt::Debug for JsonSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonSchema({})", self.source)
    }
}

fn compile(source: &str) -> Result<Compiled, String> {
    let schema: Value = serde_json::from_str(source).map_err(|error| error.to_string())?;
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(&schema).map_err(|error| error.to_string())?;
    Ok(Compiled { document: Document::new(&schema), validator })
}

/// The keyword as a static text: those that a schema can break are few.
fn keyword(name: &str) -> &'static str {
    const KEYWORDS: &[&str] = &[
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "if",
        "items",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "oneOf",
        "pattern",
        "patternProperties",
        "prefixItems",
        "propertyNames",
        "required",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
    ];
    KEYWORDS.iter().find(|known| **known == name).copied().unwrap_or("schema")
}

/// The positions of the first two items that are equal as JSON.
pub(crate) fn duplicate<T: Serialize>(items: &[T]) -> Option<(usize, usize)> {
    let mut seen = std::collections::HashMap::new();
    for (index, item) in items.iter().enumerate() {
        // An item that JSON cannot hold is reported when it is sent.
        let Ok(value) = serde_json::to_value(item) else { continue };
        if let Some(first) = seen.insert(canonical(value).to_string(), index) {
            return Some((first, index));
        }
    }
    None
}

/// Numbers that are equal in JSON Schema get the same text: 1.0 is 1.
fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
                (float as i64).into()
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(
                entries.into_iter().map(|(key, value)| (key, canonical(value))).collect::<Map<_, _>>(),
            )
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_items_that_are_equal_as_json() {
        assert_eq!(duplicate(&[json!(1), json!(2), json!(1.0)]), Some((0, 2)));
        assert_eq!(duplicate(&[json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})]), Some((0, 1)));
        assert_eq!(duplicate(&["a", "b"]), None);
        assert_eq!(duplicate(&[json!("1"), json!(1), json!(true)]), None);
    }

    #[test]
    fn points_into_the_document() {
        static SCHEMA: JsonSchema = JsonSchema::new(
            r#"{"properties": {"zip": {"type": "string", "minLength": 5}}, "required": ["city"]}"#,
        );
        let mut violations = Violations::new();
        violations.json("/address", &json!({"zip": "1"}), &SCHEMA);
        let found: Vec<_> = violations.into_vec().into_iter().map(|v| (v.pointer, v.keyword)).collect();
        assert_eq!(found.len(), 2);
        assert!(found.contains(&("/address/zip".to_owned(), "minLength")));
        assert!(found.contains(&("/address".to_owned(), "required")));
    }
}
