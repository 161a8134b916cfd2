//! Generates typed CRUD code for PostgreSQL from JSON Schemas.
//!
//! Three doors lead here, and give the same code for the same schemas: the macro `ominipg_schema!`, a build script with
//! [`Build`], and the command `ominipg-codegen generate`. Schemas are read, made into a model, checked, and emitted as
//! Rust and SQL; everything that is wrong with them is reported at once, each with its file, line and column.
//!
//! # What a schema says
//!
//! A file `users.json` is the table `users`; a file may also hold several tables, `{ "users": { "schema": …, "keys": … } }`,
//! or only `$defs` for others to refer to. A property is a column: its type, `format`, `enum`, bounds and patterns are
//! taken over, `readOnly` leaves it to the database, `writeOnly` keeps it from being given out. It may be NULL where its
//! type has `null`, or where it is neither required nor has a `default`.
//!
//! `"authorId": { "$ref": "users.json#/properties/id" }` takes the type over and makes a foreign key, an index, and the
//! relations `posts::author()` and `users::posts()`. A `readOnly` property that is `{ "$ref": "users.json" }`, or an array
//! of it, names a relation.
//!
//! What JSON Schema has no word for stands in `x-ominipg`, whose keys [`META_SCHEMA`] describes: the key, unique columns,
//! indexes, timestamps and relations of a table; the SQL name, type and default, the Rust name and type, and the reference
//! of a property.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), ominipg_codegen::Error> {
//!     ominipg_codegen::Build::new("schemas").emit()
//! }
//! // src/main.rs: include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
//! ```

mod build;
mod check;
mod committed;
mod diagnostic;
mod diagram;
mod emit;
mod expand;
mod hash;
#[cfg(feature = "engine")]
mod inspect;
mod migrate;
mod model;
mod names;
mod output;
mod read;
mod shape;

pub use build::{Build, generate};
pub use committed::{Crate, Written};
pub use diagnostic::{Code, Diagnostic, Error, Label, Severity};
pub use diagram::DiagramFormat;
pub use expand::expand;
#[cfg(feature = "engine")]
pub use inspect::{Inspected, inspect};
pub use migrate::{Draft, Migrate, MigrationFile, expand_migrations, migrations};
pub use output::{File, Output};
pub use read::META_SCHEMA;
