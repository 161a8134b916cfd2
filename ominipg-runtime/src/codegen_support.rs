//! Everything that generated code names, in one place. Not part of the public interface.

pub use bytes::BytesMut;
pub use jiff;
pub use jiff::Timestamp;
pub use jiff::civil::{Date, Time};
pub use rust_decimal;
pub use rust_decimal::Decimal;
pub use serde;
pub use serde_json;
pub use std::net::IpAddr;
pub use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
pub use uuid;
pub use uuid::Uuid;

pub use crate::constraints;
pub use crate::crud::{
    BelongsTo, ByKey, Create, CreateMany, DeleteMany, Find, HasMany, ManyToMany, OptionalBelongsTo,
    UpdateMany, Upsert,
};
pub use crate::decode::RowReader;
pub use crate::encode::Encoder;
pub use crate::error::{Error, broken};
pub use crate::field::{Field, IntoValue};
pub use crate::filter::{Column, Filter, Order};
pub use crate::model::{Encode, Model, SoftDelete, Validate, Versioned};
pub use crate::record::{
    All, AsBytes, AsBytesField, AsJson, AsJsonField, AsJsonOpt, Group, Hidden, Record, Sink, Source, Write,
    Written, debug, deserialize, serialize,
};
pub use crate::records;
pub use crate::schema::{
    ColumnDef, RelationDef, RelationKind, Schema, SearchDef, SqlType, SyncDef, TableDef, ThroughDef,
};
pub use crate::serde_text_enum;
pub use crate::sync::{ColumnPolicy, Policy};
pub use crate::text_enum;
pub use crate::validate::{Format, JsonSchema, Number, Pattern, Violations};
pub use crate::value::{
    Interval, Json, Scalar, TextEnum, UnknownVariant, Value, base64, deserialize_text_enum, parse_text_enum,
    read_text_enum,
};

/// The error that conversions from and to PostgreSQL have.
pub type BoxError = Box<dyn std::error::Error + Sync + Send>;
