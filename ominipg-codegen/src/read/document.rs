//! What a file holds: one table, several in a bundle, or definitions that others refer to.

use super::node::{Node, Span};
use super::source::Sources;
use crate::diagnostic::{Code, Finding, Findings, Place};

/// One schema in a file.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) file: usize,
    /// The path of the schema in its file.
    pub(crate) path: Vec<String>,
    pub(crate) form: Form,
}

/// What a schema is for.
#[derive(Debug)]
pub(crate) enum Form {
    /// A table, and the name it has from its file or bundle key.
    Table { name: String, named_at: Span, bundled: bool },
    /// Only definitions.
    Library,
}

impl Document {
    pub(crate) fn node<'a>(&self, sources: &'a Sources) -> &'a Node {
        let root = sources.get(self.file).root.as_ref().expect("a document is made of a file that was read");
        root.at(self.path.iter().map(String::as_str)).expect("a document's path leads to its schema")
    }

    /// The entry of a bundle, beside `schema`.
    pub(crate) fn bundle<'a>(&self, sources: &'a Sources) -> Option<&'a Node> {
        match self.form {
            Form::Table { bundled: true, .. } => sources.get(self.file).root.as_ref()?.get(&self.path[0]),
            _ => None,
        }
    }
}

/// Words that only a JSON Schema has at its root; a bundle has table names there.
const ROOT_WORDS: &[&str] =
    &["$schema", "$id", "$ref", "type", "properties", "allOf", "anyOf", "oneOf", "x-ominipg"];

pub(super) fn documents(sources: &Sources, findings: &mut Findings) -> Vec<Document> {
    let mut out = Vec::new();
    for (file, source) in sources.iter().enumerate() {
        let Some(root) = &source.root else { continue };
        let Some(object) = root.object() else {
            let place = Place { file, span: root.span };
            findings.add(not_table(place, "a schema file holds a JSON object"));
            continue;
        };
        if is_bundle(root) {
            for entry in &object.entries {
                let form = Form::Table { name: entry.key.clone(), named_at: entry.key_span, bundled: true };
                out.push(Document { file, path: vec![entry.key.clone(), "schema".to_owned()], form });
            }
        } else if is_library(root) || !source.listed {
            out.push(Document { file, path: Vec::new(), form: Form::Library });
        } else {
            let start = Span::new(root.span.start, root.span.start + 1);
            let form = Form::Table { name: stem(&source.name), named_at: start, bundled: false };
            out.push(Document { file, path: Vec::new(), form });
        }
    }
    out
}

fn is_bundle(root: &Node) -> bool {
    let Some(object) = root.object() else { return false };
    !object.entries.is_empty()
        && object
            .entries
            .iter()
            .all(|entry| entry.node.get("schema").is_some_and(|schema| schema.object().is_some()))
        && !object.entries.iter().any(|entry| ROOT_WORDS.contains(&entry.key.as_str()))
}

fn is_library(root: &Node) -> bool {
    let annotations = ["$schema", "$id", "$comment", "title", "description", "$defs", "definitions"];
    root.object().is_some_and(|object| {
        (root.get("$defs").is_some() || root.get("definitions").is_some())
            && object.entries.iter().all(|entry| annotations.contains(&entry.key.as_str()))
    })
}

/// `schemas/users.schema.json` describes `users`.
fn stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.strip_suffix(".json").unwrap_or(file);
    stem.strip_suffix(".schema").unwrap_or(stem).to_owned()
}

pub(crate) fn not_table(place: Place, label: &str) -> Finding {
    Finding::new(Code::NotTable, place, "this describes no table").label(label).help(
        "a table is `{ \"type\": \"object\", \"properties\": { … } }`; a file that holds only `$defs` is for other files to refer to",
    )
}
