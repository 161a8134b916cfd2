//! Relations: rows of another table that belong to those found.

mod across;
mod belongs_to;
mod has_many;
mod keys;
mod link;
mod load;
mod many_to_many;
mod several;
mod wanted;

pub use self::belongs_to::{BelongsTo, OptionalBelongsTo};
pub use self::has_many::HasMany;
pub use self::link::{CreateFor, Link, Unlink};
pub use self::many_to_many::ManyToMany;
pub use self::several::{Alone, Relation, Relations};
