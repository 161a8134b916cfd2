//! Generated checks against the JSON-Schema-Test-Suite, and against a validator on random schemas.

use ominipg_runtime::codegen_support::serde::{Serialize, de::DeserializeOwned};
use ominipg_runtime::{Validate, Violations};
use serde_json::{Value, json};

#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, deprecated, unused)]
mod suite {
    include!(concat!(env!("OUT_DIR"), "/suite.rs"));
}

#[allow(clippy::all, clippy::pedantic, missing_docs, dead_code, deprecated, unused)]
mod random {
    include!(concat!(env!("OUT_DIR"), "/random.rs"));
}

pub use random::{CASES, MUTANTS};
pub use suite::{GROUPS, LEFT_OUT, MISSING};

/// A random schema, as a column.
pub struct Case {
    /// The schema, as JSON.
    pub schema: &'static str,
    /// What the generated code does with a document.
    pub check: fn(&Value) -> Outcome,
}

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
    /// It is not a value of the column's Rust type.
    NoValue(String),
    /// It is one.
    Value {
        /// What would be sent; members that the type does not name may be missing.
        written: Value,
        /// The rules that it breaks.
        broken: Vec<String>,
    },
}

impl Outcome {
    /// Whether it would be sent.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Value { broken, .. } if broken.is_empty())
    }
}

/// Sets a column to a document, as an update does.
pub fn check<P: DeserializeOwned + Serialize + Validate>(column: &str, document: &Value) -> Outcome {
    let read = serde_json::from_value::<P>(json!({ column: document }));
    let patch = match read {
        Ok(patch) => patch,
        Err(error) => return Outcome::NoValue(error.to_string()),
    };
    let mut violations = Violations::new();
    patch.validate(&mut violations);
    let broken = violations.into_vec().iter().map(ToString::to_string).collect();
    match serde_json::to_value(&patch) {
        Ok(mut patch) => Outcome::Value { written: patch[column].take(), broken },
        Err(error) => Outcome::NoValue(error.to_string()),
    }
}
