//! A schema as it is walked.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::walk;
use crate::validate::{Format, Pattern};

/// A schema whose every keyword is one that a walk can check.
#[derive(Debug)]
pub(in crate::validate) struct Document {
    pub(super) nodes: Vec<Node>,
    /// The node of what no schema is said for.
    pub(super) anything: usize,
}

/// One schema within it; others are positions.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// A bit for each type that is allowed; all of them where the schema does not say.
    pub(super) types: u8,
    /// All must hold, beside what else is here.
    pub(super) all: Vec<usize>,
    /// One of each list must hold.
    pub(super) any: Vec<Vec<usize>>,
    /// The only texts, and no other values.
    pub(super) values: Option<Vec<String>>,
    pub(super) text: TextRules,
    pub(super) number: Bounds,
    pub(super) array: ArrayRules,
    pub(super) object: ObjectRules,
}

#[derive(Debug)]
pub(super) struct TextRules {
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) pattern: Option<Pattern>,
    pub(super) format: Option<Format>,
}

impl Default for TextRules {
    fn default() -> Self {
        Self { least: 0, most: usize::MAX, pattern: None, format: None }
    }
}

/// Bounds of numbers: including, and excluding.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) below: Option<f64>,
}

#[derive(Debug)]
pub(super) struct ArrayRules {
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) items: Option<usize>,
}

impl Default for ArrayRules {
    fn default() -> Self {
        Self { least: 0, most: usize::MAX, items: None }
    }
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    /// Names with their schemas; those of `required` are among them.
    pub(super) properties: Vec<(String, usize)>,
    /// A bit for each property that must be there.
    pub(super) required: u64,
    /// Whether other properties are refused, or what holds for them.
    pub(super) closed: bool,
    pub(super) others: Option<usize>,
}

pub(super) const NULL: u8 = 1;
pub(super) const BOOLEAN: u8 = 2;
pub(super) const INTEGER: u8 = 4;
pub(super) const NUMBER: u8 = 8;
pub(super) const STRING: u8 = 16;
pub(super) const ARRAY: u8 = 32;
pub(super) const OBJECT: u8 = 64;

impl Document {
    /// The schema; `None` where a keyword needs more than a walk.
    pub(in crate::validate) fn new(schema: &Json) -> Option<Self> {
        let mut reader = Reader { root: schema, nodes: Vec::new(), known: HashMap::new() };
        reader.read("")?;
        let anything = reader.nodes.len();
        reader.nodes.push(Node { types: u8::MAX, ..Node::default() });
        Some(Self { nodes: reader.nodes, anything })
    }

    /// Whether the value is known to keep the schema.
    pub(in crate::validate) fn holds<T: Serialize + ?Sized>(&self, value: &T) -> bool {
        walk::holds(self, value)
    }
}

struct Reader<'a> {
    root: &'a Json,
    nodes: Vec<Node>,
    /// Schemas that were begun, by their JSON pointers.
    known: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, pointer: &str) -> Option<usize> {
        if let Some(known) = self.known.get(pointer) {
            return Some(*known);
        }
        let index = self.nodes.len();
        self.known.insert(pointer.to_owned(), index);
        self.nodes.push(Node::default());
        let node = match self.root.pointer(pointer)? {
            Json::Bool(true) => Node { types: u8::MAX, ..Node::default() },
            Json::Bool(false) => Node::default(),
            Json::Object(schema) => self.node(schema, pointer)?,
            _ => return None,
        };
        self.nodes[index] = node;
        Some(index)
    }

    fn node(&mut self, schema: &'a Map<String, Json>, pointer: &str) -> Option<Node> {
        let mut node = Node { types: u8::MAX, ..Node::default() };
        let mut required = Vec::new();
        for (key, value) in schema {
            let inside = |part: &str| format!("{pointer}/{key}{part}");
            match key.as_str() {
                "type" => node.types = types(value)?,
                // In draft-07 what is beside a reference counts for nothing.
                "$ref" if schema.keys().all(|key| key == "$ref" || is_silent(key)) => {
                    node.all.push(self.read(value.as_str()?.strip_prefix('#')?)?);
                }
                "allOf" => {
                    for index in 0..value.as_array()?.len() {
                        node.all.push(self.read(&inside(&format!("/{index}")))?);
                    }
                }
                "anyOf" => {
                    let count = value.as_array()?.len();
                    node.any.push(
                        (0..count)
                            .map(|index| self.read(&inside(&format!("/{index}"))))
                            .collect::<Option<_>>()?,
                    );
                }
                "enum" => node.values = Some(value.as_array()?.iter().map(text).collect::<Option<_>>()?),
                "const" if !schema.contains_key("enum") => node.values = Some(vec![text(value)?]),
                "minLength" => node.text.least = size(value)?,
                "maxLength" => node.text.most = size(value)?,
                "pattern" => node.text.pattern = Some(Pattern::owned(text(value)?)),
                "format" => node.text.format = format(value.as_str()?)?,
                "minimum" => node.number.minimum = Some(bound(value)?),
                "maximum" => node.number.maximum = Some(bound(value)?),
                "exclusiveMinimum" => node.number.above = Some(bound(value)?),
                "exclusiveMaximum" => node.number.below = Some(bound(value)?),
                "minItems" => node.array.least = size(value)?,
                "maxItems" => node.array.most = size(value)?,
                "items" if !value.is_array() => node.array.items = Some(self.read(&inside(""))?),
                "properties" => {
                    for name in value.as_object()?.keys() {
                        let part = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                        node.object.properties.push((name.clone(), self.read(&inside(&part))?));
                    }
                }
                "required" => required = value.as_array()?.iter().map(text).collect::<Option<Vec<_>>>()?,
                "additionalProperties" if *value == Json::Bool(false) => node.object.closed = true,
                "additionalProperties" => node.object.others = Some(self.read(&inside(""))?),
                silent if is_silent(silent) => {}
                _ => return None,
            }
        }
        for name in required {
            let at = node.object.properties.iter().position(|(known, _)| *known == name)?;
            node.object.required |= 1u64.checked_shl(u32::try_from(at).ok()?)?;
        }
        Some(node)
    }
}

/// Whether a keyword says nothing about values here.
fn is_silent(key: &str) -> bool {
    const SILENT: &[&str] = &[
        "$schema",
        "$defs",
        "definitions",
        "title",
        "description",
        "default",
        "examples",
        "$comment",
        "readOnly",
        "writeOnly",
        "deprecated",
    ];
    SILENT.contains(&key) || key.starts_with("x-")
}

fn types(value: &Json) -> Option<u8> {
    match value {
        Json::Array(types) => types.iter().try_fold(0, |all, one| Some(all | types_of(one.as_str()?)?)),
        one => types_of(one.as_str()?),
    }
}

fn types_of(name: &str) -> Option<u8> {
    Some(match name {
        "null" => NULL,
        "boolean" => BOOLEAN,
        "integer" => INTEGER,
        "number" => INTEGER | NUMBER,
        "string" => STRING,
        "array" => ARRAY,
        "object" => OBJECT,
        _ => return None,
    })
}

/// The format to check; those of numbers and such are none.
fn format(name: &str) -> Option<Option<Format>> {
    if let Some(known) = Format::ALL.iter().find(|known| known.name() == name) {
        return Some(Some(*known));
    }
    matches!(name, "int16" | "int32" | "int64" | "float" | "double" | "decimal" | "byte").then_some(None)
}

fn text(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn size(value: &Json) -> Option<usize> {
    value.as_u64().and_then(|size| usize::try_from(size).ok())
}

/// A bound that a float holds as it is.
fn bound(value: &Json) -> Option<f64> {
    value.as_f64().filter(|bound| bound.abs() < walk::EXACT)
}
