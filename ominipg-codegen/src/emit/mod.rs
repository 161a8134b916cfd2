//! Makes code of the model.

mod rust;
mod sql;

pub(crate) use rust::{
    CONSTRAINT, JsonTypes, Settings, Texts, exports, inline, is_untyped, json_types, module, root,
};
pub(crate) use sql::{
    comment_line, constraints, ddl, distributed, names_taken, quote_name, quote_text, statements,
};
