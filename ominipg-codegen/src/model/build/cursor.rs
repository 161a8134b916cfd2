//! A place in a schema that knows its file.

use crate::diagnostic::Place;
use crate::read::{Entry, Node, says_nothing_beside_ref};

#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) file: usize,
    pub(super) node: &'a Node,
    /// Whether the dialect is draft-07, where constraints beside a `$ref` count for nothing.
    pub(super) draft7: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn place(self) -> Place {
        Place { file: self.file, span: self.node.span }
    }

    pub(super) fn get(self, key: &str) -> Option<Cursor<'a>> {
        let node = self.node.get(key)?;
        if self.hides(key) { None } else { Some(self.with(node)) }
    }

    /// Whether a keyword counts for nothing where it stands.
    fn hides(self, key: &str) -> bool {
        self.draft7
            && says_nothing_beside_ref(key)
            && self.node.get("$ref").is_some_and(|reference| reference.str().is_some())
    }

    pub(super) fn with(self, node: &'a Node) -> Cursor<'a> {
        Cursor { node, ..self }
    }

    pub(super) fn items(self) -> impl Iterator<Item = Cursor<'a>> {
        self.node.array().unwrap_or_default().iter().map(move |node| self.with(node))
    }

    pub(super) fn entries(self) -> impl Iterator<Item = (&'a Entry, Cursor<'a>)> {
        let entries = self.node.object().map_or(&[][..], |object| &object.entries);
        let told = entries.iter().filter(move |entry| !self.hides(&entry.key));
        told.map(move |entry| (entry, self.with(&entry.node)))
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
