//! From a database to schemas.

mod check;
mod column;
mod default;
mod json;
mod keys;
mod table;
mod tokens;

pub use table::{Inspected, inspect};
