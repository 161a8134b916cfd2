use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::json;

use super::plain_pattern::PlainPattern;
use super::text::{Text, TextNode};

/// A `pattern`: an ECMA-262 regular expression, compiled at first use.
pub struct Pattern {
    source: Cow<'static, str>,
    matcher: OnceLock<Result<Matcher, String>>,
}

enum Matcher {
    Plain(PlainPattern),
    Engine(Box<Validator<Text>>),
}

impl Pattern {
    /// A pattern; nothing is compiled yet.
    pub const fn new(source: &'static str) -> Self {
        Self { source: Cow::Borrowed(source), matcher: OnceLock::new() }
    }

    pub(super) fn owned(source: String) -> Self {
        Self { source: Cow::Owned(source), matcher: OnceLock::new() }
    }

    /// Whether `text` matches; else what is wrong.
    #[inline]
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        match self.matcher.get_or_init(|| compile(&self.source)) {
            Ok(Matcher::Plain(pattern)) if pattern.matches(text) => Ok(()),
            Ok(Matcher::Engine(validator)) if validator.is_valid(TextNode(text)) => Ok(()),
            Ok(_) => Err(format!("does not match the pattern {}", self.source)),
            Err(error) => Err(format!("cannot be checked against the pattern {}: {error}", self.source)),
        }
    }
}

fn compile(source: &str) -> Result<Matcher, String> {
    if let Some(plain) = PlainPattern::parse(source) {
        return Ok(Matcher::Plain(plain));
    }
    let options = jsonschema::options_for::<Text>();
    let validator = options.build(&json!({ "pattern": source })).map_err(|error| error.to_string())?;
    Ok(Matcher::Engine(Box::new(validator)))
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.source)
    }
}
