//! Typed create, find, update and delete: SQL from the static table descriptions.

mod by_key;
mod create;
mod create_many;
mod delete;
mod find;
mod insert;
mod model_stream;
mod relation;
mod rows;
mod select;
mod update;

pub use self::by_key::{ByKey, DeleteByKey, UpdateByKey};
pub use self::create::Create;
pub use self::create_many::CreateMany;
pub use self::delete::DeleteMany;
pub use self::find::Find;
pub use self::model_stream::ModelStream;
pub use self::relation::{Alone, BelongsTo, HasMany, OptionalBelongsTo, Relation, Relations};
pub use self::update::UpdateMany;
