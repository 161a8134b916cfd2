//! Some columns, and what is computed over many rows, in place of whole rows.

mod aggregate;
mod builder;
mod having;
mod item;

pub(crate) use self::aggregate::Call;
pub use self::aggregate::{Aggregate, AggregateOrder, Numeric, count};
pub use self::builder::{IntoSelectOrder, Select};
pub use self::having::Having;
pub use self::item::Selected;
