use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};
use tokio_postgres::types::{FromSql, Type};

use super::Scalar;

/// An enum whose variants are stored as text; made with [`text_enum!`](crate::text_enum).
pub trait TextEnum: Scalar + Copy {
    /// The variants' texts, in the order of the schema.
    const VALUES: &'static [&'static str];
    /// The variants, in the same order.
    const ALL: &'static [Self];

    /// The text that is stored.
    fn as_str(&self) -> &'static str;
}

/// The variant of a text.
///
/// # Errors
///
/// For a text that is no variant.
pub fn parse_text_enum<T: TextEnum>(text: &str) -> Result<T, UnknownVariant> {
    let place = T::VALUES.iter().position(|value| *value == text);
    let unknown = || UnknownVariant { text: text.to_owned(), expected: T::VALUES };
    place.map(|place| T::ALL[place]).ok_or_else(unknown)
}

/// The variant of a text from PostgreSQL.
///
/// # Errors
///
/// For what is no text, and a text that is no variant.
pub fn read_text_enum<T: TextEnum>(ty: &Type, raw: &[u8]) -> Result<T, Box<dyn StdError + Sync + Send>> {
    Ok(parse_text_enum(<&str>::from_sql(ty, raw)?)?)
}

/// A text that is no variant of its enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVariant {
    /// The text.
    pub text: String,
    /// What is known instead.
    pub expected: &'static [&'static str],
}

impl fmt::Display for UnknownVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown value `{}`, expected one of: {}", self.text, self.expected.join(", "))
    }
}

impl std::error::Error for UnknownVariant {}

/// Makes an enum without fields a type of text columns.
///
/// It gives `VALUES`, `as_str`, `Display`, `FromStr` and the conversions from and to PostgreSQL.
#[macro_export]
macro_rules! text_enum {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $name {
            /// The texts of all variants, in the order of the schema.
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// The text that is stored.
            pub const fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::codegen_support::UnknownVariant;

            // Not `Self::Err`, which may be a variant.
            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::codegen_support::UnknownVariant> {
                $crate::codegen_support::parse_text_enum(text)
            }
        }

        impl $crate::codegen_support::ToSql for $name {
            fn to_sql(
                &self,
                ty: &$crate::codegen_support::Type,
                out: &mut $crate::codegen_support::BytesMut,
            ) -> ::core::result::Result<$crate::codegen_support::IsNull, $crate::codegen_support::BoxError> {
                $crate::codegen_support::ToSql::to_sql(&self.as_str(), ty, out)
            }

            fn accepts(ty: &$crate::codegen_support::Type) -> bool {
                <&str as $crate::codegen_support::ToSql>::accepts(ty)
            }

            $crate::codegen_support::to_sql_checked!();
        }

        impl<'a> $crate::codegen_support::FromSql<'a> for $name {
            fn from_sql(
                ty: &$crate::codegen_support::Type,
                raw: &'a [u8],
            ) -> ::core::result::Result<Self, $crate::codegen_support::BoxError> {
                $crate::codegen_support::read_text_enum(ty, raw)
            }

            fn accepts(ty: &$crate::codegen_support::Type) -> bool {
                <&str as $crate::codegen_support::FromSql>::accepts(ty)
            }
        }

        impl $crate::codegen_support::Scalar for $name {
            type One = Self;
        }

        impl $crate::codegen_support::TextEnum for $name {
            const VALUES: &'static [&'static str] = Self::VALUES;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(&self) -> &'static str {
                $name::as_str(self)
            }
        }
    };
}

/// Gives a [`text_enum!`](crate::text_enum) serde's two traits: in JSON it is its text, too.
#[macro_export]
macro_rules! serde_text_enum {
    ($name:ident) => {
        impl $crate::codegen_support::serde::Serialize for $name {
            fn serialize<S: $crate::codegen_support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::codegen_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::codegen_support::deserialize_text_enum(deserializer)
            }
        }
    };
}

/// Reads an enum from its text.
///
/// # Errors
///
/// Those of the deserializer, and for a text that is no variant.
pub fn deserialize_text_enum<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TextEnum,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Variant(PhantomData))
}

struct Variant<T>(PhantomData<T>);

impl<T: TextEnum> Visitor<'_> for Variant<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        parse_text_enum(text).map_err(|unknown| E::unknown_variant(text, unknown.expected))
    }
}
