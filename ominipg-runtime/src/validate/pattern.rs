use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::json;

use super::text::{Text, TextNode};

/// A `pattern`: an ECMA-262 regular expression, compiled at first use.
pub struct Pattern {
    source: &'static str,
    validator: OnceLock<Result<Validator<Text>, String>>,
}

impl Pattern {
    /// A pattern; nothing is compiled yet.
    pub const fn new(source: &'static str) -> Self {
        Self { source, validator: OnceLock::new() }
    }

    /// Whether `text` matches; else what is wrong.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        let validator = self.validator.get_or_init(|| {
            let options = jsonschema::options_for::<Text>();
            options.build(&json!({ "pattern": self.source })).map_err(|error| error.to_string())
        });
        match validator {
            Ok(validator) if validator.is_valid(TextNode(text)) => Ok(()),
            Ok(_) => Err(format!("does not match the pattern {}", self.source)),
            Err(error) => Err(format!("cannot be checked against the pattern {}: {error}", self.source)),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.source)
    }
}
