//! What a schema says of the shape of its values, whatever it says beside.

use serde_json::Value as Json;

/// How deep `$ref`s are followed; a chain that is longer is a circle.
const DEPTH: usize = 64;

/// Keywords that judge members by names that the schema need not list.
const LOOKING: &[&str] = &[
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "unevaluatedProperties",
    "dependentRequired",
    "dependentSchemas",
    "not",
    "if",
];

/// Keywords behind which no schemas are.
const DATA: &[&str] = &["default", "enum", "const", "examples"];

/// A column's schema and its definitions.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    root: &'a Json,
}

impl<'a> Whole<'a> {
    pub(super) fn new(root: &'a Json) -> Self {
        Self { root }
    }

    pub(super) fn defs(self) -> impl Iterator<Item = (&'a String, &'a Json)> {
        self.root.get("$defs").and_then(Json::as_object).into_iter().flatten()
    }

    fn target(self, schema: &Json) -> Option<&'a Json> {
        let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?;
        self.root.get("$defs")?.get(name)
    }

    /// Whether a schema says what type its values are of; where it does not, any JSON may be one.
    pub(super) fn is_typed(self, schema: &Json) -> bool {
        self.typed(schema, 0)
    }

    fn typed(self, schema: &Json, depth: usize) -> bool {
        if depth > DEPTH {
            return false;
        }
        let parts = |key: &str| schema.get(key).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let of = |part: &Json| *part == Json::Bool(false) || self.typed(part, depth + 1);
        schema.get("type").is_some()
            || are_of_one_kind(schema)
            || self.target(schema).is_some_and(|target| self.typed(target, depth + 1))
            || parts("allOf").iter().any(of)
            || ["anyOf", "oneOf"].iter().any(|key| !parts(key).is_empty() && parts(key).iter().all(of))
    }

    /// Whether values are judged by members that no type names, so that types must keep all of them.
    pub(super) fn looks_at_all_members(self) -> bool {
        looks(self.root)
    }

    /// A default that its own schema refuses: the type would fill it in all the same.
    pub(super) fn bad_default(self) -> Option<&'a Json> {
        self.bad_default_in(self.root)
    }

    fn bad_default_in(self, schema: &'a Json) -> Option<&'a Json> {
        match schema {
            Json::Object(object) => {
                let own = object.get("default").filter(|default| !self.is_valid(schema, default));
                let inner = object.iter().filter(|(key, _)| !DATA.contains(&key.as_str()));
                own.or_else(|| inner.filter_map(|(_, value)| self.bad_default_in(value)).next())
            }
            Json::Array(items) => items.iter().find_map(|item| self.bad_default_in(item)),
            _ => None,
        }
    }

    fn is_valid(self, schema: &Json, value: &Json) -> bool {
        let mut alone = schema.clone();
        if let (Some(alone), Some(defs)) = (alone.as_object_mut(), self.root.get("$defs")) {
            alone.insert("$defs".to_owned(), defs.clone());
        }
        let validator = jsonschema::options().should_validate_formats(true).build(&alone);
        // A schema that does not compile, as a property of the name `default`, says nothing.
        validator.map_or(true, |validator| validator.is_valid(value))
    }
}

/// Whether a schema lists values that one Rust type holds.
fn are_of_one_kind(schema: &Json) -> bool {
    let values: Vec<&Json> = match (schema.get("const"), schema.get("enum").and_then(Json::as_array)) {
        (Some(value), _) => vec![value],
        (None, Some(values)) => values.iter().filter(|value| !value.is_null()).collect(),
        (None, None) => return false,
    };
    let all = |test: fn(&Json) -> bool| values.iter().all(|value| test(value));
    all(Json::is_string) || all(Json::is_number) || all(Json::is_boolean)
}

fn looks(schema: &Json) -> bool {
    match schema {
        Json::Object(object) => object.iter().any(|(key, value)| {
            let several = matches!(key.as_str(), "anyOf" | "oneOf")
                && value
                    .as_array()
                    .is_some_and(|parts| parts.iter().filter(|part| is_object(part)).count() > 1);
            several || LOOKING.contains(&key.as_str()) || looks(value)
        }),
        Json::Array(items) => items.iter().any(looks),
        _ => false,
    }
}

/// Whether an alternative may be about an object.
fn is_object(part: &Json) -> bool {
    ["$ref", "properties", "required", "allOf", "anyOf", "oneOf"].iter().any(|key| part.get(*key).is_some())
        && part.get("additionalProperties") != Some(&Json::Bool(false))
}
