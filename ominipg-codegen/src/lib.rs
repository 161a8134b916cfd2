//! Generates typed CRUD code for PostgreSQL from JSON Schemas.
//!
//! Three doors lead here, and give the same code for the same schemas: the macro `ominipg_schema!`, a build script with
//! [`Build`], and the command `ominipg-codegen generate`. Schemas are read, made into a model, checked, and emitted as
//! Rust and SQL; everything that is wrong with them is reported at once, each with its file, line and column.
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
mod emit;
mod expand;
mod hash;
mod model;
mod names;
mod output;
mod read;

pub use build::{Build, generate};
pub use committed::Written;
pub use diagnostic::{Code, Diagnostic, Error, Severity};
pub use expand::expand;
pub use output::{File, Output};
pub use read::META_SCHEMA;
