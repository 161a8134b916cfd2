//! Rust code: one module a table, and the root that names them all.

mod column_fns;
mod constraints;
mod decode;
mod docs;
mod encode;
mod entry_points;
mod enums;
mod field;
mod json_types;
mod key;
mod new;
mod patch;
mod prelude;
mod record;
mod relations;
mod root;
mod row;
mod rules;
mod settings;
mod statements;
mod table_def;
mod table_module;
mod types;

pub(crate) use constraints::CONSTRAINT;
pub(crate) use json_types::{JsonTypes, is_untyped, json_types};
pub(crate) use root::exports;
pub(crate) use settings::{Settings, Texts};

use proc_macro2::TokenStream;

use crate::model::Schema;
use crate::shape::Shape;

/// The module of the table at a position, of a schema that has been checked.
pub(crate) fn module(schema: &Schema, shape: &Shape, table: usize, settings: &Settings) -> TokenStream {
    table_module::module(schema, shape, table, settings)
}

/// The root, with the modules in files of their own.
pub(crate) fn root(schema: &Schema, ddl: &[String], settings: &Settings) -> TokenStream {
    root::root(schema, ddl, settings, None)
}

/// The root, with the modules inside.
pub(crate) fn inline(schema: &Schema, shape: &Shape, ddl: &[String], settings: &Settings) -> TokenStream {
    let modules = (0..schema.tables.len()).map(|table| module(schema, shape, table, settings)).collect();
    root::root(schema, ddl, settings, Some(modules))
}
