//! A table.

use super::column::Column;
use super::link::{ForeignKey, Relation};
use super::rust_text::RustText;
use super::types::Enum;
use crate::diagnostic::Place;

/// All tables, ordered by name.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) tables: Vec<Table>,
}

/// One table; positions are those of `columns`.
#[derive(Debug)]
pub(crate) struct Table {
    /// The SQL name.
    pub(crate) name: String,
    /// The Rust module.
    pub(crate) module: String,
    /// The Rust row type.
    pub(crate) row: String,
    pub(crate) doc: String,
    /// What the schema says of it in its title and description.
    pub(crate) comment: Option<String>,
    /// The SQL name that it had before.
    pub(crate) was: Option<Was>,
    /// How it is spread over the servers of Citus.
    pub(crate) distribution: Option<Distribution>,
    pub(crate) deprecated: bool,
    /// Derives and attributes of its Rust types.
    pub(crate) derive: Vec<RustText>,
    pub(crate) attributes: Vec<RustText>,
    /// Whether the schema allows no further properties.
    pub(crate) closed: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) primary_key: Vec<usize>,
    pub(crate) unique: Vec<Unique>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) search: Option<Search>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) updated_at: Option<usize>,
    /// The column that says when a row was deleted, where deleted rows stay.
    pub(crate) deleted_at: Option<usize>,
    /// The column that counts a row's updates.
    pub(crate) version: Option<usize>,
    /// How its changes are sent to a server, where they are.
    pub(crate) sync: Option<Sync>,
    pub(crate) place: Place,
    /// Where the primary key is declared.
    pub(crate) key_place: Place,
}

/// A name of before.
#[derive(Debug, Clone)]
pub(crate) struct Was {
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// How Citus spreads a table.
#[derive(Debug)]
pub(crate) struct Distribution {
    /// The column by which rows are spread; none where every server has all of them.
    pub(crate) column: Option<usize>,
    pub(crate) place: Place,
}

/// Columns that no two rows share the values of.
#[derive(Debug)]
pub(crate) struct Unique {
    pub(crate) columns: Vec<usize>,
    pub(crate) place: Place,
}

/// An index.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) columns: Vec<usize>,
    pub(crate) using: Option<String>,
    pub(crate) filter: Option<String>,
    /// Where the schema asks for it; that of a foreign key for the key.
    pub(crate) place: Place,
}

impl Index {
    /// Whether it is the same index, wherever it is asked for.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (&self.columns, &self.using, &self.filter) == (&other.columns, &other.using, &other.filter)
    }
}

/// Texts that are searched by their words.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) columns: Vec<usize>,
    /// The text search configuration that knows the words, such as `english`.
    pub(crate) language: String,
}

/// How a table's changes are sent to a server.
#[derive(Debug)]
pub(crate) struct Sync {
    /// Who wins where somebody else changed the same row.
    pub(crate) policy: SyncPolicy,
    /// The columns that have a rule of their own.
    pub(crate) columns: Vec<(usize, SyncColumnPolicy)>,
}

/// Who wins where two changed the same row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyncPolicy {
    LastWriteWins,
    LastWriteWinsPerColumn,
    ServerWins,
    Callback,
}

/// How a column's values are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyncColumnPolicy {
    Counter,
    Max,
}

impl Table {
    pub(crate) fn column(&self, property: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.property == property)
    }

    /// The columns of the primary key and of each further key that no two rows share.
    pub(crate) fn unique_keys(&self) -> impl Iterator<Item = &[usize]> {
        std::iter::once(&self.primary_key[..]).chain(self.unique.iter().map(|unique| &unique.columns[..]))
    }

    /// Whether no two rows share the values of these columns.
    pub(crate) fn is_unique(&self, columns: &[usize]) -> bool {
        let same =
            |key: &[usize]| key.len() == columns.len() && key.iter().all(|column| columns.contains(column));
        same(&self.primary_key) || self.unique.iter().any(|unique| same(&unique.columns))
    }

    /// The enums to make Rust types of, each once, with the columns that they are first in.
    pub(crate) fn enums(&self) -> Vec<(&Column, &Enum)> {
        let mut out: Vec<(&Column, &Enum)> = Vec::new();
        for column in self.columns.iter().filter(|column| column.rust.is_none()) {
            let Some(found) = column.ty.as_enum() else { continue };
            // `color` and `colors` have one type where their values are the same.
            if !out.iter().any(|(_, seen)| seen.name == found.name && seen.variants == found.variants) {
                out.push((column, found));
            }
        }
        out
    }

    pub(crate) fn new_type(&self) -> String {
        format!("New{}", self.row)
    }

    pub(crate) fn patch_type(&self) -> String {
        format!("{}Patch", self.row)
    }

    pub(crate) fn key_type(&self) -> String {
        format!("{}Key", self.row)
    }
}
