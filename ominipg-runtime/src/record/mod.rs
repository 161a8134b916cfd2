//! Types whose fields are columns: one list of fields to read and one to write serve PostgreSQL, serde and `Debug` alike, so
//! that the compiler sees them once where derives would give it each several times.

mod debug;
mod deserialize;
mod fields;
mod missing;
mod part;
mod serialize;
mod sink;
mod slot;
mod source;
mod tuple;

pub use self::debug::{Hidden, debug};
pub use self::deserialize::deserialize;
pub use self::part::{All, Part, Written};
pub use self::serialize::serialize;
pub use self::sink::{Sink, Write};
pub use self::source::{Read, Source};
pub use self::tuple::{AsBytes, AsBytesField, AsJson, AsJsonField, AsJsonOpt, Group};
use crate::encode::Encoder;
use crate::model::{Encode, Model};

/// A type whose fields are columns of a table, in their order.
pub trait Record: Sized {
    /// The row of the table, which has a field for each column.
    type Row: Model + Record;
    /// Which columns there are fields for.
    type Part: Part;
    /// Whether JSON with other keys is refused.
    const CLOSED: bool = false;

    /// Makes a value of what is read, column by column.
    ///
    /// # Errors
    ///
    /// Those of the source.
    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error>;

    /// Writes each field to its column.
    fn write<W: Write>(&self, to: &mut Sink<'_, W>);
}

impl<T: Record> Encode for T {
    fn encode(&self, out: &mut Encoder) {
        self.write(&mut Sink::of::<T>(out));
    }
}

/// The name of a record's type, without its module's.
fn name<T: Record>() -> &'static str {
    let path = std::any::type_name::<T>();
    path.rsplit("::").next().unwrap_or(path)
}

/// Gives each [`Record`] `Debug` and serde's two traits.
#[macro_export]
macro_rules! records {
    ($($name:ident),+ $(,)?) => {$(
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::codegen_support::debug(self, f)
            }
        }

        impl $crate::codegen_support::serde::Serialize for $name {
            fn serialize<S: $crate::codegen_support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::codegen_support::serialize(self, serializer)
            }
        }

        impl<'de> $crate::codegen_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen_support::deserialize(deserializer)
            }
        }
    )+};
}
