//! Extensions: what there is, what a database is opened with, and how that reaches its PostgreSQL.

// `catalog` is the table of all, `selection` what one database asks for, `compiled` makes an extension fit for this machine
// and keeps it beside the engine, `library` is what the loader of one database finds.
mod catalog;
mod compiled;
mod library;
mod selection;

pub(super) use self::catalog::{module_names, needed_by};
pub(super) use self::library::Library;
pub(crate) use self::selection::Selection;
pub use self::selection::prepare_extensions;
