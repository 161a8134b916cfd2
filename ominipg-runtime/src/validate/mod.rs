//! The rules of a JSON Schema, checked on typed values before anything is sent.

mod document;
mod format;
mod json;
mod number;
mod pattern;
mod plain_pattern;
mod text;
mod violation;

pub use self::format::Format;
pub use self::json::JsonSchema;
pub use self::number::Number;
pub use self::pattern::Pattern;
pub use self::violation::{Violation, Violations};
