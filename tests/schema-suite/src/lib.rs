//! Generated checks against the JSON-Schema-Test-Suite.

use ominipg_runtime::codegen_support::serde::{Serialize, de::DeserializeOwned};
use ominipg_runtime::{Validate, Violations};
use serde_json::{Value, json};

#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, deprecated, unused)]
mod suite {
    include!(concat!(env!("OUT_DIR"), "/suite.rs"));
}

pub use suite::{GROUPS, LEFT_OUT, MISSING};

/// One schema of the suite, as a column.
pub struct Group {
    /// Where it is in the suite.
    pub file: &'static str,
    /// What it shows.
    pub description: &'static str,
    /// The documents, and whether they are valid, as JSON.
    pub tests: &'static str,
    /// What the generated code does with a document.
    pub check: fn(&Value) -> Outcome,
}

/// What generated code does with a document.
#[derive(Debug)]
pub enum Outcome {
    /// It takes it, and sends it as it is.
    Taken,
    /// It takes it, but would send another.
    Changed(Value),
    /// It is not a value of the column's Rust type.
    NoValue(String),
    /// It breaks rules.
    Broken(Vec<String>),
}

/// Sets a column to a document, as an update does.
pub fn check<P: DeserializeOwned + Serialize + Validate>(column: &str, document: &Value) -> Outcome {
    let patch: P = match serde_json::from_value(json!({ column: document })) {
        Ok(patch) => patch,
        Err(error) => return Outcome::NoValue(error.to_string()),
    };
    let mut violations = Violations::new();
    patch.validate(&mut violations);
    if !violations.is_empty() {
        return Outcome::Broken(violations.into_vec().iter().map(ToString::to_string).collect());
    }
    let written = serde_json::to_value(&patch).map(|mut patch| patch[column].take());
    match written {
        Ok(written) if written == *document => Outcome::Taken,
        Ok(written) => Outcome::Changed(written),
        Err(error) => Outcome::NoValue(error.to_string()),
    }
}
