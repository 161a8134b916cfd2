//! The Rust types that columns have.

pub mod base64;
mod interval;
mod json;
mod scalar;
mod text_enum;

pub use self::interval::{Interval, ParseIntervalError};
pub use self::json::Json;
pub(crate) use self::json::write_json;
pub use self::scalar::{Container, Listed, Nullable, Ordered, Scalar, Text, Value};
pub use self::text_enum::{TextEnum, UnknownVariant, deserialize_text_enum, parse_text_enum, read_text_enum};
