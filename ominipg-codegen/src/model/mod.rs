//! Tables, columns, keys and relations as plain data: what is checked, and what code is made from.

mod build;
mod column;
mod link;
mod rule;
mod rust_text;
mod table;
mod types;

pub(crate) use build::build;
pub(crate) use column::{Column, Presence};
pub(crate) use link::{Action, ForeignKey, Relation, RelationKind};
pub(crate) use rule::Rule;
pub(crate) use rust_text::RustText;
pub(crate) use table::{Index, Schema, SyncColumnPolicy, SyncPolicy, Table, Was};
pub(crate) use types::{Enum, Scalar, Type};
