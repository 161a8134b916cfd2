//! Relations: rows of another table that belong to those found.

mod kinds;
mod load;
mod several;

pub use self::kinds::{BelongsTo, HasMany, OptionalBelongsTo};
pub use self::several::{Alone, Relation, Relations};
