//! A place in a schema that knows its file.

use crate::diagnostic::Place;
use crate::read::{Entry, Node};

#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) file: usize,
    pub(super) node: &'a Node,
}

impl<'a> Cursor<'a> {
    pub(super) fn place(self) -> Place {
        Place { file: self.file, span: self.node.span }
    }

    pub(super) fn get(self, key: &str) -> Option<Cursor<'a>> {
        Some(Cursor { file: self.file, node: self.node.get(key)? })
    }

    pub(super) fn with(self, node: &'a Node) -> Cursor<'a> {
        Cursor { file: self.file, node }
    }

    pub(super) fn items(self) -> impl Iterator<Item = Cursor<'a>> {
        self.node.array().unwrap_or_default().iter().map(move |node| self.with(node))
    }

    pub(super) fn entries(self) -> impl Iterator<Item = (&'a Entry, Cursor<'a>)> {
        let entries = self.node.object().map_or(&[][..], |object| &object.entries);
        entries.iter().map(move |entry| (entry, self.with(&entry.node)))
    }

    pub(super) fn key_place(self, entry: &Entry) -> Place {
        Place { file: self.file, span: entry.key_span }
    }

    /// A key of `x-ominipg`.
    pub(super) fn extension(self, key: &str) -> Option<Cursor<'a>> {
        self.get("x-ominipg")?.get(key)
    }

    /// A name, or a list of names.
    pub(super) fn names(self) -> Vec<Cursor<'a>> {
        if self.node.str().is_some() { vec![self] } else { self.items().collect() }
    }
}
