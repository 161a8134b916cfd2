//! `$ref`: where it leads, on disk and never over the network.

use std::path::{Path, PathBuf};

use super::folder;
use super::node::{Node, Value, pointer_parts};
use super::source::{Sources, normal};
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::names::closest;

/// Why a `$ref` leads nowhere.
#[derive(Debug)]
pub(crate) enum RefProblem {
    /// It names a file that could not be read, which is told elsewhere.
    NoFile,
    /// The file has nothing at that pointer.
    NoTarget,
    /// It is a URL that no file has as its `$id`.
    Remote,
    /// It leads to an anchor by name.
    Anchor,
}

/// The file that a `$ref` leads to, and the path in it.
pub(crate) fn resolve(
    sources: &Sources,
    file: usize,
    reference: &str,
) -> Result<(usize, Vec<String>), RefProblem> {
    let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let fragment = percent_decode(fragment);
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return Err(RefProblem::Anchor);
    }
    let target = if document.is_empty() {
        file
    } else if let Some(target) = by_id(sources, document) {
        target
    } else if is_url(document) {
        return Err(RefProblem::Remote);
    } else {
        sources.find(&beside(&sources.get(file).path, document)).ok_or(RefProblem::NoFile)?
    };
    let root = sources.get(target).root.as_ref().ok_or(RefProblem::NoFile)?;
    let mut path = pointer_parts(&fragment);
    // In a bundle, `#/$defs/users` is the schema of the table `users`.
    if root.at(path.iter().map(String::as_str)).is_none() && path.len() > 1 && path[0] == "$defs" {
        path.splice(0..2, [path[1].clone(), "schema".to_owned()]);
    }
    match root.at(path.iter().map(String::as_str)) {
        Some(_) => Ok((target, path)),
        None => Err(RefProblem::NoTarget),
    }
}

/// A `$ref` that leads somewhere, and differs from this one in one key of its pointer, which is nearly the same.
pub(crate) fn nearest(sources: &Sources, file: usize, reference: &str) -> Option<String> {
    let (document, fragment) = reference.split_once('#')?;
    let (target, _) = resolve(sources, file, document).ok()?;
    let mut path = pointer_parts(&percent_decode(fragment));
    let mut node = sources.get(target).root.as_ref()?;
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
            if document.is_empty() || is_url(document) || by_id(sources, document).is_some() {
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

fn collect(node: &Node, out: &mut Vec<(String, super::Span)>) {
    match &node.value {
        Value::Object(object) => {
            for entry in &object.entries {
                match (entry.key.as_str(), &entry.node.value) {
                    ("const" | "enum" | "default" | "examples", _) => {}
                    ("$ref", Value::String(reference)) => out.push((reference.clone(), entry.node.span)),
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

fn by_id(sources: &Sources, document: &str) -> Option<usize> {
    sources.iter().position(|source| {
        let id = source.root.as_ref().and_then(|root| root.get("$id")).and_then(Node::str);
        id.is_some_and(|id| id.trim_end_matches('#') == document)
    })
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
