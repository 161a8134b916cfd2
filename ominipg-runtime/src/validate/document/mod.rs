//! Whether a typed value keeps the schema of its JSON column, told while serde walks it, without a copy of it as JSON.
//!
//! It tells only that nothing is broken: where it cannot, the validator of the crate `jsonschema` has the word.

mod keys;
mod node;
mod walk;

pub(super) use self::node::Document;
