//! Reads schema files, keeping the byte range of everything in them.

mod dialect;
mod document;
mod extension;
mod folder;
mod json;
mod keywords;
mod node;
mod reference;
mod resource;
mod source;
mod walk;

pub(crate) use document::{Document, Form, not_table};
pub use extension::META_SCHEMA;
pub(crate) use node::{Entry, Node, Span};
pub(crate) use reference::{RefProblem, Target, nearest, resolve};
pub(crate) use source::Sources;
pub(crate) use walk::{Slot, is_later_than_draft7, says_nothing_beside_ref, slot};

use std::path::Path;

use crate::diagnostic::Findings;

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) sources: Sources,
    pub(crate) documents: Vec<Document>,
}

/// Reads a folder or a file; what is wrong goes to `findings`, and reading goes on.
///
/// `base` is what `path` is relative to; messages show `path` as it was given.
pub(crate) fn read(base: &Path, path: &Path, findings: &mut Findings) -> Input {
    let mut sources = Sources::default();
    folder::read(base, path, &mut sources, findings);
    reference::load(base, &mut sources, findings);
    let documents = document::documents(&sources, findings);
    for document in &documents {
        dialect::check(&sources, document, findings);
    }
    if !findings.has_errors() {
        for document in &documents {
            keywords::check(&sources, document, findings);
        }
    }
    Input { sources, documents }
}
