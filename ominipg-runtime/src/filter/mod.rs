//! Conditions on rows: typed ones and those that come as JSON.

mod column;
mod compile;
pub(crate) mod expr;
#[expect(clippy::module_inception, reason = "the type has the name of its subject")]
mod filter;
mod json;
mod literal;
mod order;
mod path;
mod search;

pub use self::column::Column;
pub(crate) use self::expr::{Expr, Test};
pub use self::filter::Filter;
pub use self::json::JsonPolicy;
pub(crate) use self::json::{Limits as JsonLimits, parse as parse_json};
pub(crate) use self::order::OrderBy;
pub use self::order::{IntoOrder, Order};
pub use self::path::JsonPath;
