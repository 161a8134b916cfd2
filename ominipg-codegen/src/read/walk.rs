//! Where a JSON Schema holds further schemas.

/// What stands behind a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// Schemas by name.
    Map,
    /// A schema or a list of them (draft-07's `items`).
    SchemaOrList,
    /// A list of names or a schema, by name (draft-07's `dependencies`).
    Dependencies,
    /// Not schemas.
    Data,
}

/// What stands behind `keyword`; `None` where it is no keyword of JSON Schema.
pub(crate) fn slot(keyword: &str) -> Option<Slot> {
    Some(match keyword {
        "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "propertyNames"
        | "additionalItems"
        | "contentSchema" => Slot::Schema,
        "items" => Slot::SchemaOrList,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Slot::List,
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => Slot::Map,
        "dependencies" => Slot::Dependencies,
        "$schema" | "$id" | "$ref" | "$dynamicRef" | "$anchor" | "$dynamicAnchor" | "$comment"
        | "$vocabulary" | "type" | "enum" | "const" | "format" | "title" | "description" | "default"
        | "examples" | "deprecated" | "readOnly" | "writeOnly" | "minimum" | "maximum"
        | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minLength" | "maxLength" | "pattern"
        | "minItems" | "maxItems" | "uniqueItems" | "minContains" | "maxContains" | "minProperties"
        | "maxProperties" | "required" | "dependentRequired" | "contentEncoding" | "contentMediaType" => {
            Slot::Data
        }
        _ => return None,
    })
}

/// Whether a keyword of draft-07 constrains values, and so counts for nothing beside a `$ref`. What describes the column stays.
pub(crate) fn says_nothing_beside_ref(keyword: &str) -> bool {
    let counts = matches!(
        keyword,
        "$schema"
            | "$id"
            | "$ref"
            | "$comment"
            | "$defs"
            | "definitions"
            | "title"
            | "description"
            | "default"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
    );
    slot(keyword).is_some() && !counts
}

/// Whether draft-07 does not know a keyword of 2020-12 that constrains values.
pub(crate) fn is_later_than_draft7(keyword: &str) -> bool {
    matches!(
        keyword,
        "prefixItems"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "dependentRequired"
            | "dependentSchemas"
            | "minContains"
            | "maxContains"
            | "$anchor"
            | "$dynamicAnchor"
            | "$dynamicRef"
    )
}

/// Every keyword, for suggestions.
pub(crate) const KEYWORDS: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "additionalItems",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
    "prefixItems",
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "dependencies",
    "$schema",
    "$id",
    "$ref",
    "$dynamicRef",
    "$anchor",
    "$dynamicAnchor",
    "$comment",
    "type",
    "enum",
    "const",
    "format",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
    "contentEncoding",
    "contentMediaType",
    "x-ominipg",
];
