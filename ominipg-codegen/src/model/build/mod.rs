//! Makes the model of what was read.

mod bundle;
mod classify;
mod column;
mod cursor;
mod default;
mod doc;
mod foreign_key;
mod kept;
mod keys;
mod layers;
mod many_to_many;
mod relation;
mod rules;
mod sql_type;
mod sync;
mod table;
mod timestamps;
mod version;

use cursor::Cursor;

use super::table::Schema;
use crate::diagnostic::{Finding, Findings};
use crate::read::{Document, Form, Input, Node};

/// Makes the model; what is wrong goes to `findings`, and building goes on with what is right.
pub(crate) fn build(input: &Input, findings: &mut Findings) -> Schema {
    let mut documents: Vec<&Document> =
        input.documents.iter().filter(|document| matches!(document.form, Form::Table { .. })).collect();
    documents.sort_by_cached_key(|document| table::sql_name(input, document));
    let mut context = Context { input, documents, findings };
    let mut drafts: Vec<table::Draft<'_>> =
        (0..context.documents.len()).map(|index| table::draft(&mut context, index)).collect();
    foreign_key::link(&mut context, &mut drafts);
    relation::link(&mut context, &mut drafts);
    Schema { tables: drafts.into_iter().map(|draft| draft.table).collect() }
}

/// What building needs everywhere.
struct Context<'a, 'f> {
    input: &'a Input,
    /// The documents that are tables, ordered by their SQL names.
    documents: Vec<&'a Document>,
    findings: &'f mut Findings,
}

impl<'a> Context<'a, '_> {
    fn add(&mut self, finding: Finding) {
        self.findings.add(finding);
    }

    fn cursor(&self, document: usize) -> Cursor<'a> {
        let document = self.documents[document];
        self.at(document.file, document.node(&self.input.sources))
    }

    /// A schema of a file.
    fn at(&self, file: usize, node: &'a Node) -> Cursor<'a> {
        Cursor { file, node, draft7: self.input.sources.is_draft7(file, node.span) }
    }

    /// The table whose schema stands at a path.
    fn table_at(&self, file: usize, path: &[String]) -> Option<usize> {
        self.documents.iter().position(|document| document.file == file && document.path == path)
    }
}
