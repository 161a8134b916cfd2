//! The files that were read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::node::{Node, Span};
use super::resource::{self, Resource};

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path as messages show it, with `/` between its parts.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// None where the text is not JSON.
    pub(crate) root: Option<Node>,
    /// What in it has a URI, itself included.
    pub(super) resources: Vec<Resource>,
    /// Whether the file was asked for; else a `$ref` led to it.
    pub(crate) listed: bool,
}

impl Source {
    /// Line and column of a byte, both counted from 1, the column in characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    }

    /// The text of a line, counted from 1.
    pub(crate) fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number - 1).unwrap_or("")
    }
}

/// All files, each once, and what finds them: every `$ref` asks for a file by its path, its `$id` or the URI of a schema in it.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: Vec<Source>,
    by_path: HashMap<PathBuf, usize>,
    /// The first file whose root has an `$id`.
    by_id: HashMap<String, usize>,
    /// The first schema that has a URI: its file, and its position among the schemas of the file.
    by_uri: HashMap<String, (usize, usize)>,
}

impl Sources {
    pub(crate) fn get(&self, file: usize) -> &Source {
        &self.files[file]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Adds a file that is not there yet.
    pub(crate) fn push(&mut self, source: Source) -> usize {
        let file = self.files.len();
        self.by_path.insert(source.path.clone(), file);
        self.files.push(source);
        file
    }

    /// Says what is in a file; files get their roots in the order that they were added in.
    pub(crate) fn set_root(&mut self, file: usize, root: Option<Node>) {
        let resources: Vec<Resource> = root.iter().flat_map(|root| resource::of(file, root)).collect();
        for (position, resource) in resources.iter().enumerate() {
            self.by_uri.entry(resource.uri.clone()).or_insert((file, position));
        }
        if let Some(id) = root.as_ref().and_then(|root| root.get("$id")).and_then(Node::str) {
            self.by_id.entry(id.trim_end_matches('#').to_owned()).or_insert(file);
        }
        self.files[file].resources = resources;
        self.files[file].root = root;
    }

    /// The schema with a URI that a place of a file is in.
    pub(crate) fn resource(&self, file: usize, span: Span) -> Option<&Resource> {
        resource::around(&self.files[file].resources, span)
    }

    /// The schema that has a URI, and its file; one of the file `here` before those of others.
    pub(super) fn by_uri(&self, here: usize, uri: &str) -> Option<(usize, &Resource)> {
        let near = self.files[here].resources.iter().find(|resource| resource.uri == uri);
        let near = near.map(|resource| (here, resource));
        near.or_else(|| {
            let (file, position) = *self.by_uri.get(uri)?;
            Some((file, &self.files[file].resources[position]))
        })
    }

    /// The file whose root has an `$id`.
    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Whether the schema with a URI has a `$dynamicAnchor` of this name.
    pub(crate) fn has_dynamic_anchor(&self, file: usize, uri: &str, name: &str) -> bool {
        let of_uri = self.files[file].resources.iter().filter(|resource| resource.uri == uri);
        of_uri.flat_map(|resource| &resource.anchors).any(|anchor| anchor.dynamic && anchor.name == name)
    }

    /// Whether a place of a file is in a schema of draft-07.
    pub(crate) fn is_draft7(&self, file: usize, span: Span) -> bool {
        self.resource(file, span).is_some_and(|resource| resource.draft7)
    }

    pub(crate) fn find(&self, path: &Path) -> Option<usize> {
        self.by_path.get(path).copied()
    }
}

/// A path without `.` and `..` parts, where they can be taken away without asking the disk.
pub(crate) fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// A path with `/` on every system.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
