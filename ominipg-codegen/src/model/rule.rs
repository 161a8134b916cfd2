//! What a value must satisfy beyond its type.

use serde_json::Number;

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    MinLength(u64),
    MaxLength(u64),
    Pattern(String),
    Format(Format),
    Minimum(Number),
    Maximum(Number),
    ExclusiveMinimum(Number),
    ExclusiveMaximum(Number),
    MultipleOf(Number),
    Constant(serde_json::Value),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    /// Rules for each item of an array.
    Each(Vec<Rule>),
    /// A whole JSON Schema, where the plain rules do not reach.
    Schema(serde_json::Value),
}

/// A format that the type does not already enforce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    /// The word in the schema.
    pub(crate) keyword: &'static str,
    /// The runtime's variant.
    pub(crate) variant: &'static str,
}

impl Format {
    pub(crate) fn of(keyword: &str) -> Option<Self> {
        FORMATS.iter().find(|format| format.keyword == keyword).copied()
    }
}

const FORMATS: &[Format] = &[
    Format { keyword: "email", variant: "Email" },
    Format { keyword: "idn-email", variant: "IdnEmail" },
    Format { keyword: "hostname", variant: "Hostname" },
    Format { keyword: "idn-hostname", variant: "IdnHostname" },
    Format { keyword: "uri", variant: "Uri" },
    Format { keyword: "uri-reference", variant: "UriReference" },
    Format { keyword: "uri-template", variant: "UriTemplate" },
    Format { keyword: "iri", variant: "Iri" },
    Format { keyword: "iri-reference", variant: "IriReference" },
    Format { keyword: "json-pointer", variant: "JsonPointer" },
    Format { keyword: "relative-json-pointer", variant: "RelativeJsonPointer" },
    Format { keyword: "regex", variant: "Regex" },
];
