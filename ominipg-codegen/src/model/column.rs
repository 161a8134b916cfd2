//! A column.

use super::rule::Rule;
use super::rust_text::RustText;
use super::table::Was;
use super::types::Type;
use crate::diagnostic::Place;

/// One column.
#[derive(Debug)]
pub(crate) struct Column {
    /// The JSON property.
    pub(crate) property: String,
    /// The SQL name.
    pub(crate) name: String,
    /// The Rust name.
    pub(crate) field: String,
    pub(crate) doc: String,
    /// What the schema says of it in its title and description.
    pub(crate) comment: Option<String>,
    /// The SQL name that it had before.
    pub(crate) was: Option<Was>,
    /// Whether the database checks its rules too.
    pub(crate) checked: bool,
    pub(crate) ty: Type,
    /// The SQL type that the schema asks for.
    pub(crate) sql_type: Option<String>,
    /// The Rust type that the schema asks for.
    pub(crate) rust: Option<String>,
    pub(crate) nullable: bool,
    /// The SQL of the default.
    pub(crate) default: Option<String>,
    /// Whether the database counts the column up.
    pub(crate) identity: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) deprecated: bool,
    /// Attributes of its fields.
    pub(crate) attributes: Vec<RustText>,
    pub(crate) rules: Vec<Rule>,
    /// The property's key.
    pub(crate) place: Place,
    /// What the user wrote for the SQL name, the Rust name and the default, where it is written.
    pub(crate) name_place: Place,
    pub(crate) field_place: Place,
}

/// How a column stands in an insert value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It must be given.
    Required,
    /// `None` is NULL.
    Optional,
    /// Left out, the database's default is used.
    Defaulted,
}

impl Column {
    pub(crate) fn has_default(&self) -> bool {
        self.default.is_some() || self.identity
    }

    pub(crate) fn presence(&self) -> Presence {
        match (self.has_default(), self.nullable) {
            (true, _) => Presence::Defaulted,
            (false, true) => Presence::Optional,
            (false, false) => Presence::Required,
        }
    }

    /// The type as the table declares it.
    pub(crate) fn declared_type(&self) -> String {
        self.sql_type.clone().unwrap_or_else(|| self.ty.sql())
    }
}
