//! `$ref`: where it leads, on disk and never over the network.

use std::path::{Path, PathBuf};

use super::folder;
use super::node::{Node, Span, Value, pointer_parts};
use super::resource;
use super::source::{Sources, normal};
use super::walk::{Slot, slot};
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::names::closest;

/// Why a `$ref` leads nowhere.
#[derive(Debug)]
pub(crate) enum RefProblem {
    /// It names a file that could not be read, which is told elsewhere.
    NoFile,
    /// The file has nothing at that pointer.
    NoTarget,
    /// It is a URL that nothing has as its `$id`.
    Remote,
    /// The schema has no place of that name; these it has.
    NoAnchor(Vec<String>),
}

/// Where a `$ref` leads.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) file: usize,
    /// The path in the file.
    pub(crate) path: Vec<String>,
    /// The name of the place, where it is a `$dynamicAnchor`.
    pub(crate) dynamic: Option<String>,
}

/// Where the `$ref` that stands at a place of a file leads.
pub(crate) fn resolve(
    sources: &Sources,
    file: usize,
    span: Span,
    reference: &str,
) -> Result<Target, RefProblem> {
    let here = sources.resource(file, span).ok_or(RefProblem::NoFile)?;
    let (uri, fragment) = resource::join(&here.uri, reference);
    let document = reference.split('#').next().unwrap_or("");
    let (file, resource) = if document.is_empty() {
        (file, here)
    } else if let Some(found) = sources.by_uri(file, &uri) {
        found
    } else {
        let file = match sources.by_id(document) {
            Some(file) => file,
            None if is_url(document) => return Err(RefProblem::Remote),
            None => sources.find(&beside(&sources.get(file).path, document)).ok_or(RefProblem::NoFile)?,
        };
        (file, sources.get(file).resources.first().ok_or(RefProblem::NoFile)?)
    };
    let fragment = percent_decode(&fragment);
    if !fragment.is_empty() && !fragment.starts_with('/') {
        let anchor = resource.anchors.iter().find(|anchor| anchor.name == fragment);
        let known = || resource.anchors.iter().map(|anchor| anchor.name.clone()).collect();
        let anchor = anchor.ok_or_else(|| RefProblem::NoAnchor(known()))?;
        let dynamic = anchor.dynamic.then_some(fragment);
        return Ok(Target { file, path: anchor.path.clone(), dynamic });
    }
    let root = sources.get(file).root.as_ref().ok_or(RefProblem::NoFile)?;
    let parts = pointer_parts(&fragment);
    let mut path = resource.path.clone();
    path.extend(parts.iter().cloned());
    // In a bundle, `#/$defs/users` is the schema of the table `users`.
    if root.at(path.iter().map(String::as_str)).is_none() && parts.len() > 1 && parts[0] == "$defs" {
        path = parts;
        path.splice(0..2, [path[1].clone(), "schema".to_owned()]);
    }
    match root.at(path.iter().map(String::as_str)) {
        Some(_) => Ok(Target { file, path, dynamic: None }),
        None => Err(RefProblem::NoTarget),
    }
}

/// A `$ref` that leads somewhere, and differs from this one in one key of its pointer, which is nearly the same.
pub(crate) fn nearest(sources: &Sources, file: usize, span: Span, reference: &str) -> Option<String> {
    let (document, fragment) = reference.split_once('#')?;
    let target = resolve(sources, file, span, document).ok()?;
    let mut path = pointer_parts(&percent_decode(fragment));
    let mut node = sources.get(target.file).root.as_ref()?.at(target.path.iter().map(String::as_str))?;
    for part in &mut path {
        if node.at([part.as_str()]).is_none() {
            let known = node.object()?.entries.iter().map(|entry| entry.key.as_str());
            *part = closest(part, known)?.to_owned();
        }
        node = node.at([part.as_str()])?;
    }
    let pointer: String =
        path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect();
    Some(format!("{document}#{pointer}"))
}

/// Reads every file that a `$ref` leads to, and those that they lead to.
pub(super) fn load(base: &Path, sources: &mut Sources, findings: &mut Findings) {
    let mut file = 0;
    while file < sources.len() {
        let mut wanted = Vec::new();
        if let Some(root) = &sources.get(file).root {
            collect(root, &mut wanted);
        }
        for (reference, place) in wanted {
            let document = reference.split('#').next().unwrap_or("");
            let here = sources.resource(file, place).map_or("", |resource| resource.uri.as_str());
            let (uri, _) = resource::join(here, &reference);
            let known = sources.by_uri(file, &uri).is_some() || sources.by_id(document).is_some();
            if document.is_empty() || known || is_url(document) {
                continue;
            }
            let place = Place { file, span: place };
            // The name is kept relative to what the user gave, so that no absolute path is shown.
            let path = beside(Path::new(&sources.get(file).name), document);
            if let Err(error) = folder::add(base, &path, false, sources, findings) {
                let help = match folder::neighbour(&base.join(&path)) {
                    Some(name) => format!("do you mean `{name}`?"),
                    None => "a `$ref` is a path from the folder of its own file, such as `users.json#/properties/id`".to_owned(),
                };
                let message = format!("`{reference}` leads to a file that cannot be read");
                findings.add(Finding::new(Code::DeadRef, place, message).label(error.to_string()).help(help));
            }
        }
        file += 1;
    }
}

/// The references in a schema, also behind keywords that nobody knows, since a pointer may lead there.
fn collect(node: &Node, out: &mut Vec<(String, Span)>) {
    match &node.value {
        Value::Object(object) => {
            for entry in &object.entries {
                match (slot(&entry.key), &entry.node.value) {
                    (_, Value::String(text)) if matches!(entry.key.as_str(), "$ref" | "$dynamicRef") => {
                        out.push((text.clone(), entry.node.span));
                    }
                    (Some(Slot::Data), _) => {}
                    (Some(Slot::Map | Slot::Dependencies), Value::Object(map)) => {
                        map.entries.iter().for_each(|entry| collect(&entry.node, out));
                    }
                    (None, _) if entry.key.starts_with("x-") => {}
                    _ => collect(&entry.node, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
        _ => {}
    }
}

fn beside(file: &Path, document: &str) -> PathBuf {
    normal(&file.parent().unwrap_or(Path::new("")).join(percent_decode(document)))
}

fn is_url(document: &str) -> bool {
    document.contains("://") || document.starts_with("urn:")
}

fn percent_decode(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let decoded = (byte == b'%' && rest.len() >= 2)
            .then(|| std::str::from_utf8(&rest[..2]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        match decoded {
            Some(decoded) => {
                out.push(decoded);
                rest = &rest[2..];
            }
            None => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
