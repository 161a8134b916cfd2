//! Typed create, find, update and delete: SQL from the static table descriptions.

mod assignment;
mod by_key;
mod columns;
mod copy_many;
mod create;
mod create_many;
mod delete;
mod deleted;
mod find;
mod insert;
mod lock;
mod locked;
mod model_stream;
mod page;
mod relation;
mod rows;
mod select;
mod selection;
mod update;
mod upsert;

pub use self::assignment::{Assignment, Assignments};
pub use self::by_key::{ByKey, DeleteByKey, UpdateByKey};
pub use self::columns::Columns;
pub use self::create::Create;
pub use self::create_many::CreateMany;
pub use self::delete::DeleteMany;
pub use self::deleted::Restore;
pub use self::find::Find;
pub use self::model_stream::ModelStream;
pub(crate) use self::page::Key;
pub use self::page::{After, Page};
pub use self::relation::{
    Alone, BelongsTo, CreateFor, HasMany, Link, ManyToMany, OptionalBelongsTo, Relation, Relations, Unlink,
};
pub(crate) use self::select::Call;
pub use self::select::{
    Aggregate, AggregateOrder, Having, IntoSelectOrder, Numeric, Select, Selected, count,
};
pub use self::update::UpdateMany;
pub use self::upsert::{Upsert, UpsertKeep, UpsertUpdate, Upserted};
