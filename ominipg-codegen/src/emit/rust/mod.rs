//! Rust code: one module a table, and the root that names them all.

mod column_fns;
mod constraints;
mod decode;
mod docs;
mod encode;
mod entry_points;
mod enums;
mod json_types;
mod key;
mod new;
mod patch;
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
pub(crate) use json_types::{is_untyped, json_types};
pub(crate) use root::exports;
pub(crate) use settings::Settings;

use proc_macro2::TokenStream;

use crate::model::Schema;

/// The code of a schema.
#[derive(Debug)]
pub(crate) struct Emitted {
    /// The modules by name, in order.
    pub(crate) modules: Vec<(String, TokenStream)>,
    /// What the root holds, with the modules in files of their own.
    pub(crate) root: TokenStream,
    /// What the root holds, with the modules inside.
    pub(crate) inline: TokenStream,
}

/// Makes the code of a schema that has been checked.
pub(crate) fn modules(schema: &Schema, settings: &Settings) -> Emitted {
    let modules: Vec<(String, TokenStream)> = (0..schema.tables.len())
        .map(|table| (schema.tables[table].module.clone(), table_module::module(schema, table, settings)))
        .collect();
    let root = root::root(schema, settings, None);
    let inline = root::root(schema, settings, Some(&modules));
    Emitted { modules, root, inline }
}
