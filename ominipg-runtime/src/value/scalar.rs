use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{Interval, Json};

/// A value that a column holds when it is not NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a column",
    note = "columns hold bool, i16, i32, i64, f32, f64, String, Vec<u8>, Uuid, Timestamp, Date, Time, Interval, \
            Decimal, IpAddr, enums made with `text_enum!`, `Json<T>`, and `Vec`s of these"
)]
pub trait Scalar: ToSql + Clone + Send + Sync + 'static {
    /// One of its elements where it is an array; else the type itself.
    type One: ToSql + Send + Sync + 'static;
}

/// The type of a column: a [`Scalar`], or an `Option` of one where NULL is allowed.
#[diagnostic::on_unimplemented(message = "`{Self}` is not the type of a column, nor an `Option` of one")]
pub trait Value: Send + Sync + 'static {
    /// The type without NULL.
    type Inner: Scalar;
}

impl<T: Scalar> Value for T {
    type Inner = T;
}

impl<T: Scalar> Value for Option<T> {
    type Inner = T;
}

/// The type of a column where NULL is allowed.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is never NULL",
    note = "its schema has the property in `required`, so that every row has a value"
)]
pub trait Nullable: Value {}

impl<T: Scalar> Nullable for Option<T> {}

/// A value that can be compared with `<` and `>`.
#[diagnostic::on_unimplemented(
    message = "columns of type `{Self}` have no order",
    note = "compare them with `eq`, `ne` or `in_`"
)]
pub trait Ordered: Scalar {}

/// A value that is text.
#[diagnostic::on_unimplemented(message = "columns of type `{Self}` are no text")]
pub trait Text: Scalar {}

/// A value that holds others: text, an array, a JSON document.
#[diagnostic::on_unimplemented(
    message = "columns of type `{Self}` contain nothing: they are no text, array or JSON"
)]
pub trait Container: Scalar {
    /// What it can hold.
    type Part: ToSql + Send + Sync + 'static;
}

/// An array.
#[diagnostic::on_unimplemented(message = "columns of type `{Self}` hold no lists")]
pub trait Listed: Scalar {
    /// What it is made of.
    type Element: Scalar;
}

impl<T: Scalar> Listed for Vec<T> {
    type Element = T;
}

macro_rules! scalars {
    ($($ty:ty),* $(,)?) => { $(
        impl Scalar for $ty {
            type One = Self;
        }
    )* };
}

macro_rules! ordered {
    ($($ty:ty),* $(,)?) => {
        scalars!($($ty),*);
        $(impl Ordered for $ty {})*
    };
}

scalars!(bool, IpAddr);
ordered!(i16, i32, i64, f32, f64, String, Uuid, Timestamp, Date, Time, Interval, Decimal, Vec<u8>);

/// A scalar that arrays can be made of: all but `u8`, whose array is `bytea`.
impl<T: Scalar> Scalar for Vec<T> {
    type One = T;
}

impl Text for String {}

impl Container for String {
    type Part = String;
}

impl<T: Scalar> Container for Vec<T> {
    type Part = Vec<T>;
}

impl<T: serde::Serialize + Clone + Send + Sync + 'static> Container for Json<T> {
    type Part = Json<serde_json::Value>;
}
