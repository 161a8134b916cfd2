//! A schema reduced to its shape: bounds, patterns and conditions are checked by the validator and make no types.

use serde_json::{Map, Value as Json, json};

use super::shape::Whole;
use crate::names;

/// What decides about the shape of a value.
const SHAPE: &[&str] = &[
    "$ref",
    "type",
    "enum",
    "const",
    "format",
    "description",
    "default",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
];

const FORMATS: &[&str] = &[
    "uuid",
    "date-time",
    "date",
    "time",
    "duration",
    "ipv4",
    "ipv6",
    "int16",
    "int32",
    "int64",
    "float",
    "double",
];

/// The schema in the dialect that typify reads, and its definitions under names that begin with `prefix`.
pub(super) fn simplify(schema: &Json, prefix: &str) -> (Json, Vec<(String, Json)>) {
    let whole = Whole::new(schema);
    let simplifier = Simplifier { whole, prefix, keeps_all: whole.looks_at_all_members() };
    let defs = whole.defs().map(|(name, schema)| (def_name(prefix, name), simplifier.one(schema, false)));
    let defs: Vec<(String, Json)> = defs.collect();
    let inline = |schema: &Json| inline(schema, &defs, 0);
    let schema = inline(&simplifier.one(schema, false));
    let kept = defs.iter().filter(|(_, def)| !is_plain(def)).map(|(name, def)| (name.clone(), inline(def)));
    (schema, kept.collect())
}

/// Whether a definition needs no Rust type of its own: a scalar, or anything.
fn is_plain(def: &Json) -> bool {
    let scalar = def.get("type").and_then(Json::as_str).is_some_and(|ty| !matches!(ty, "object" | "array"));
    let shaped = ["enum", "allOf", "anyOf", "oneOf"].iter().any(|key| def.get(*key).is_some());
    (scalar && !shaped) || is_anything(def)
}

/// Whether a simplified schema says nothing of the shape of its values.
fn is_anything(schema: &Json) -> bool {
    match schema {
        Json::Bool(valid) => *valid,
        Json::Object(object) => !object.keys().any(|key| !matches!(key.as_str(), "description" | "default")),
        _ => false,
    }
}

/// The schema with the plain definitions in the place of the `$ref`s to them.
fn inline(schema: &Json, defs: &[(String, Json)], depth: usize) -> Json {
    let target = schema.get("$ref").and_then(Json::as_str).and_then(|target| target.rsplit('/').next());
    let def = target.and_then(|target| defs.iter().find(|(name, _)| name == target)).map(|(_, def)| def);
    // A chain that is longer is a circle.
    if let Some(def) = def.filter(|def| is_plain(def) && depth < 64) {
        return inline(def, defs, depth + 1);
    }
    match schema {
        Json::Object(object) => Json::Object(
            object.iter().map(|(key, value)| (key.clone(), inline(value, defs, depth))).collect(),
        ),
        Json::Array(items) => items.iter().map(|item| inline(item, defs, depth)).collect(),
        other => other.clone(),
    }
}

fn def_name(prefix: &str, name: &str) -> String {
    format!("{prefix}{}", names::pascal(name))
}

struct Simplifier<'a> {
    whole: Whole<'a>,
    prefix: &'a str,
    /// Whether types keep the members that they do not name.
    keeps_all: bool,
}

impl Simplifier<'_> {
    /// `typed` says that what this is a part of has a type.
    fn one(&self, schema: &Json, typed: bool) -> Json {
        let Some(object) = schema.as_object() else { return schema.clone() };
        let typed = typed || self.whole.is_typed(schema);
        // Without a type, anything else may be valid beside what the schema describes.
        if !typed {
            let kept = object.get_key_value("description").map(|(key, value)| (key.clone(), value.clone()));
            return Json::Object(kept.into_iter().collect());
        }
        // A tuple is a list of any values; its places are checked by the validator.
        let tuple = object.contains_key("prefixItems");
        let mut out = Map::new();
        for (key, value) in object.iter().filter(|(key, _)| SHAPE.contains(&key.as_str())) {
            let value = match key.as_str() {
                "$ref" => {
                    let name =
                        value.as_str().and_then(|target| target.rsplit('/').next()).unwrap_or_default();
                    json!(format!("#/definitions/{}", def_name(self.prefix, name)))
                }
                // Typify knows formats only of types.
                "format" if !object.get("type").is_some_and(Json::is_string) => continue,
                "format" if !value.as_str().is_some_and(|format| FORMATS.contains(&format)) => continue,
                "enum" if !only_texts(value) || !tells_apart(value) => continue,
                "const" if !value.is_string() => continue,
                "const" => {
                    out.insert("enum".to_owned(), json!([value]));
                    continue;
                }
                "items" if tuple => continue,
                "properties" => self.map(value),
                "allOf" | "anyOf" | "oneOf" => match self.parts(key, value) {
                    Some(parts) => parts,
                    None => continue,
                },
                "items" | "additionalProperties" => self.one(value, false),
                _ => value.clone(),
            };
            out.insert(key.clone(), value);
        }
        if !out.contains_key("type")
            && !out.contains_key("$ref")
            && let Some(ty) = implied(object, &out)
        {
            out.insert("type".to_owned(), json!(ty));
        }
        self.keep_members(object, &mut out);
        Json::Object(out)
    }

    /// The parts that shape a value; `None` where none does, as one of several alternatives may be anything.
    fn parts(&self, keyword: &str, parts: &Json) -> Option<Json> {
        let parts = parts.as_array()?.iter().filter(|part| **part != Json::Bool(false));
        let parts: Vec<Json> = parts.map(|part| self.one(part, true)).collect();
        let anything = parts.iter().filter(|part| is_anything(part)).count();
        let says_nothing =
            if keyword == "allOf" { anything == parts.len() } else { anything > 0 || parts.is_empty() };
        (!says_nothing).then_some(Json::Array(parts))
    }

    /// Members that the type does not name are kept where the schema says so, or looks at them.
    fn keep_members(&self, object: &Map<String, Json>, out: &mut Map<String, Json>) {
        let named = out.contains_key("properties") || out.contains_key("required");
        let told = object.get("additionalProperties");
        let open = match told {
            Some(Json::Bool(true)) => true,
            None => self.keeps_all,
            _ => false,
        };
        if named && open || object.contains_key("patternProperties") {
            out.insert("additionalProperties".to_owned(), json!({}));
        }
    }

    fn map(&self, value: &Json) -> Json {
        let properties = value.as_object().into_iter().flatten();
        Json::Object(properties.map(|(key, value)| (key.clone(), self.one(value, false))).collect())
    }
}

fn only_texts(value: &Json) -> bool {
    value.as_array().is_some_and(|values| values.iter().all(|value| value.is_string() || value.is_null()))
}

/// Whether the values give names that differ.
fn tells_apart(values: &Json) -> bool {
    let names = values.as_array().into_iter().flatten().filter_map(Json::as_str).map(names::pascal);
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

/// The type that values which were taken out had in common.
fn implied(schema: &Map<String, Json>, out: &Map<String, Json>) -> Option<&'static str> {
    if out.contains_key("enum") {
        return None;
    }
    if ["allOf", "anyOf", "oneOf"].iter().any(|key| out.contains_key(*key)) {
        return None;
    }
    let values: Vec<&Json> = match (schema.get("const"), schema.get("enum").and_then(Json::as_array)) {
        (Some(value), _) => vec![value],
        (None, Some(values)) => values.iter().collect(),
        (None, None) => return None,
    };
    let all = |test: fn(&Json) -> bool| values.iter().all(|value| test(value));
    if all(|value| value.is_i64()) {
        Some("integer")
    } else if all(Json::is_number) {
        Some("number")
    } else if all(Json::is_string) {
        Some("string")
    } else if all(Json::is_boolean) {
        Some("boolean")
    } else {
        None
    }
}
