//! Keywords and formats that nobody knows: named, never passed over in silence. And what `x-ominipg` may hold.

use super::document::{Document, Form};
use super::extension::{self, Owner};
use super::node::{Entry, Node, Object, Value};
use super::source::Sources;
use super::walk::{KEYWORDS, Slot, is_later_than_draft7, says_nothing_beside_ref, slot};
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::names::closest;

/// The formats that a column's type or a check enforces.
pub(crate) const FORMATS: &[&str] = &[
    "int16",
    "int32",
    "int64",
    "float",
    "double",
    "decimal",
    "byte",
    "uuid",
    "date-time",
    "date",
    "time",
    "duration",
    "ipv4",
    "ipv6",
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

pub(super) fn check(sources: &Sources, document: &Document, findings: &mut Findings) {
    let mut walk = Walk { sources, file: document.file, findings };
    if let Some(bundle) = document.bundle(sources).and_then(Node::object) {
        for entry in bundle.entries.iter().filter(|entry| entry.key != "schema") {
            extension::bundle_key(document.file, entry, walk.findings);
        }
    }
    let owner = match document.form {
        Form::Table { .. } => Owner::Table,
        Form::Library => Owner::Either,
    };
    walk.schema(document.node(sources), owner);
}

struct Walk<'s, 'f> {
    sources: &'s Sources,
    file: usize,
    findings: &'f mut Findings,
}

impl Walk<'_, '_> {
    fn schema(&mut self, node: &Node, owner: Owner) {
        let Some(object) = node.object() else { return };
        if self.sources.is_draft7(self.file, node.span) {
            self.draft7(object);
        }
        for entry in &object.entries {
            match slot(&entry.key) {
                Some(Slot::Data) => self.data(entry),
                Some(Slot::Map) => {
                    // A definition may be a table that is referred to, or a column.
                    let inner = match (owner, entry.key.as_str()) {
                        (Owner::Table, "properties") => Owner::Property,
                        (Owner::Either, "properties") | (_, "$defs" | "definitions") => Owner::Either,
                        _ => Owner::Nothing,
                    };
                    self.map(&entry.node, inner);
                }
                Some(Slot::Dependencies) => self.map(&entry.node, Owner::Nothing),
                Some(Slot::Schema) => self.schema(&entry.node, Owner::Nothing),
                Some(Slot::SchemaOrList | Slot::List) => self.one_or_many(&entry.node, owner),
                None if entry.key == "x-ominipg" => extension::check(self.file, entry, owner, self.findings),
                None if entry.key.starts_with("x-") => {}
                None if entry.key.starts_with("$recursive") => {
                    let help = "use `$ref`, which may be recursive inside a JSON column, or `$dynamicRef`";
                    self.warn(entry, Code::UnknownKeyword, format!("`{}` is not followed", entry.key), help);
                }
                None => {
                    let help = match closest(&entry.key, KEYWORDS.iter().copied()) {
                        Some(known) => format!("do you mean `{known}`?"),
                        None => {
                            "a keyword of your own begins with `x-`; anything else is no part of JSON Schema"
                                .to_owned()
                        }
                    };
                    self.warn(
                        entry,
                        Code::UnknownKeyword,
                        format!("the keyword `{}` is not known", entry.key),
                        &help,
                    );
                }
            }
        }
    }

    /// What draft-07 passes over.
    fn draft7(&mut self, object: &Object) {
        let has_ref = object.entry("$ref").is_some_and(|entry| entry.node.str().is_some());
        for entry in &object.entries {
            if is_later_than_draft7(&entry.key) {
                let message = format!("draft-07 does not know `{}`, so nothing enforces it", entry.key);
                let help = "change `$schema` to `https://json-schema.org/draft/2020-12/schema`";
                self.warn(entry, Code::LaterDraft, message, help);
            } else if has_ref && says_nothing_beside_ref(&entry.key) {
                let message = format!("in draft-07, `{}` counts for nothing beside a `$ref`", entry.key);
                let help = "put the `$ref` into an `allOf`, or change `$schema` to `https://json-schema.org/draft/2020-12/schema`";
                self.warn(entry, Code::BesideRef, message, help);
            }
        }
    }

    fn map(&mut self, node: &Node, owner: Owner) {
        for entry in node.object().map_or(&[][..], |object| &object.entries) {
            self.schema(&entry.node, owner);
        }
    }

    fn one_or_many(&mut self, node: &Node, owner: Owner) {
        match &node.value {
            Value::Array(items) => items.iter().for_each(|item| self.schema(item, owner)),
            _ => self.schema(node, Owner::Nothing),
        }
    }

    fn data(&mut self, entry: &Entry) {
        if entry.key != "format" {
            return;
        }
        let Some(format) = entry.node.str() else { return };
        if !FORMATS.contains(&format) {
            let help = match closest(format, FORMATS.iter().copied()) {
                Some(known) => format!("do you mean `{known}`?"),
                None => "write it as a `pattern`, or leave it out".to_owned(),
            };
            self.warn(
                entry,
                Code::UnknownFormat,
                format!("the format `{format}` is not known and not enforced"),
                &help,
            );
        }
    }

    fn warn(&mut self, entry: &Entry, code: Code, message: String, help: &str) {
        let span = if code == Code::UnknownFormat { entry.node.span } else { entry.key_span };
        self.findings.add(Finding::new(code, Place { file: self.file, span }, message).help(help));
    }
}
