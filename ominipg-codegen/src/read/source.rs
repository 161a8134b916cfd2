//! The files that were read.

use std::path::{Path, PathBuf};

use super::node::Node;

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path as messages show it, with `/` between its parts.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// None where the text is not JSON.
    pub(crate) root: Option<Node>,
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

/// All files, each once.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: Vec<Source>,
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

    pub(crate) fn push(&mut self, source: Source) -> usize {
        self.files.push(source);
        self.files.len() - 1
    }

    pub(crate) fn set_root(&mut self, file: usize, root: Option<Node>) {
        self.files[file].root = root;
    }

    pub(crate) fn find(&self, path: &Path) -> Option<usize> {
        self.files.iter().position(|source| source.path == path)
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
