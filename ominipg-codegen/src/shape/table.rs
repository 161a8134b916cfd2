//! The parts of a shape. They are written as JSON: names of fields and their order are a format.

use serde::{Deserialize, Serialize};

use crate::emit::quote_name;

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

/// Everything that a schema has in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    pub(crate) version: u32,
    /// Native enums, ordered by name.
    pub(crate) types: Vec<EnumType>,
    /// Ordered by name.
    pub(crate) tables: Vec<Table>,
}

/// A native enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnumType {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) distribution: Option<Distribution>,
    pub(crate) columns: Vec<Column>,
    pub(crate) primary_key: Key,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unique: Vec<Key>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) indexes: Vec<Index>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// How Citus spreads a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Distribution {
    /// By the values of a column.
    Column(String),
    /// Each server has all rows.
    Reference,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// As it is declared.
    #[serde(rename = "type")]
    pub(crate) ty: String,
    /// The name of the native enum that its type is.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    pub(crate) of_enum: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) nullable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) identity: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
}

/// A primary key, or another key that no two rows share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

/// A condition on a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) column: String,
    /// What stands around the column's name, so that it holds for any name.
    pub(crate) pieces: Vec<String>,
    /// What the name ends with; a snapshot has no need of it.
    #[serde(skip)]
    pub(crate) suffix: &'static str,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) using: Option<String>,
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    /// The language, where it serves a search by words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) search: Option<String>,
}

/// A foreign key that PostgreSQL enforces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) table: String,
    pub(crate) target: Vec<String>,
    /// As in SQL, such as `CASCADE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on_delete: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on_update: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Shape {
    /// Of nothing.
    pub(crate) fn empty() -> Self {
        Self { version: VERSION, types: Vec::new(), tables: Vec::new() }
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.column, &self.pieces) == (&other.name, &other.column, &other.pieces)
    }
}

impl Check {
    /// The condition as SQL.
    pub(crate) fn condition(&self) -> String {
        self.pieces.join(&quote_name(&self.column))
    }
}

/// The pieces of a condition that names the column once.
pub(crate) fn pieces_around(before: &str, after: impl Into<String>) -> Vec<String> {
    vec![before.to_owned(), after.into()]
}
