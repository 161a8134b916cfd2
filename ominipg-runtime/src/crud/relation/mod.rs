//! Relations: rows of another table that belong to those found.

mod across;
mod belongs_to;
mod keys;
mod link;
mod load;
mod several;
mod to_many;
mod wanted;

pub use self::belongs_to::{BelongsTo, OptionalBelongsTo};
pub use self::link::{CreateFor, Link, Unlink};
pub use self::several::{Alone, Relation, Relations};
pub use self::to_many::{HasMany, ManyToMany};
