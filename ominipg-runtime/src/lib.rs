//! What generated ominipg code runs on: connections, typed create, find, update and delete, filters, validation.
//!
//! Applications depend on the crate `ominipg`, which re-exports this one.

pub mod blocking;
mod catalog;
mod client;
#[doc(hidden)]
pub mod codegen_support;
mod crud;
mod decode;
#[cfg(feature = "embedded")]
pub mod embedded;
mod encode;
mod error;
mod field;
mod filter;
mod hash;
mod migrate;
mod model;
mod param;
mod record;
mod schema;
#[cfg(feature = "embedded")]
mod serve;
mod session;
mod sql;
mod sync;
mod texts;
mod validate;
mod value;
mod verify;

pub use tokio_postgres::Row;
pub use tokio_postgres::types::{ToSql, Type};

pub use tokio_util::sync::CancellationToken;

pub use self::catalog::{
    Catalog, CatalogColumn, CatalogConstraint, CatalogEnum, CatalogForeignKey, CatalogIndex, CatalogTable,
    ConstraintKind, OtherObject,
};
#[cfg(feature = "embedded")]
pub use self::client::Dump;
pub use self::client::{
    CallKind, ConnectOptions, Diagnostics, EngineState, Event, Events, Histogram, Mode, Ominipg, Outcome,
    Outcomes, PoolState, StatementCache, Waiting,
};
pub use self::crud::{
    After, Aggregate, AggregateOrder, Alone, Assignment, Assignments, BelongsTo, ByKey, Columns, Create,
    CreateFor, CreateMany, DeleteByKey, DeleteMany, Find, HasMany, Having, IntoSelectOrder, Link, ManyToMany,
    ModelStream, Numeric, OptionalBelongsTo, Page, Relation, Relations, Restore, Select, Selected, Unlink,
    UpdateByKey, UpdateMany, Upsert, UpsertKeep, UpsertUpdate, Upserted, count,
};
pub use self::decode::RowReader;
pub use self::encode::Encoder;
pub use self::error::{Error, ErrorKind};
pub use self::field::{Field, IntoValue};
pub use self::filter::{Column, Filter, IntoOrder, JsonPath, JsonPolicy, Order};
pub use self::migrate::{AppliedMigration, Migration, MigrationStatus, Migrations};
pub use self::model::{Encode, Model, SoftDelete, Validate, Versioned};
pub use self::schema::{
    ColumnDef, RelationDef, RelationKind, Schema, SearchDef, SqlType, SyncDef, TableDef, ThroughDef,
};
#[cfg(feature = "embedded")]
pub use self::serve::{ServeOptions, Server};
pub use self::session::{
    CopyIn, CopyInRows, CopyOut, Executing, Executor, Isolation, Notification, Notifications, RowStream,
    Savepoint, Transaction, TransactionOptions, TypedParam,
};
#[cfg(feature = "sync-faults")]
#[doc(hidden)]
pub use self::sync::faults as sync_faults;
#[cfg(feature = "embedded")]
pub use self::sync::{
    AutoSync, Drift, DriftKind, ParkedChange, Resolution, SequenceBlock, SyncConflict, SyncReport,
    SyncStatus, SyncTable,
};
pub use self::sync::{ColumnPolicy, Policy};
pub use self::validate::{Format, JsonSchema, Number, Pattern, Violation, Violations};
pub use self::value::{
    Container, Interval, Json, Listed, Nullable, Ordered, ParseIntervalError, Scalar, Text, TextEnum,
    UnknownVariant, Value,
};
pub use self::verify::{Difference, DifferenceKind};
