//! Bytes as base64 text in JSON: `#[serde(with = "base64")]` for `Vec<u8>` and for `Option`, `Field` and `Vec` of it.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::Field;

/// Writes bytes as base64 text.
pub fn serialize<T: Base64, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

/// Reads bytes from base64 text.
pub fn deserialize<'de, T: Base64, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// Bytes, or a container of bytes.
#[diagnostic::on_unimplemented(message = "`{Self}` holds no bytes that could be written as base64")]
pub trait Base64: Sized {
    /// Writes the bytes.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    /// Reads the bytes.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl Base64 for Vec<u8> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map_err(|error| D::Error::custom(format!("not base64: {error}")))
    }
}

impl<T: Base64> Base64 for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => serializer.serialize_some(&Text(value)),
            None => serializer.serialize_none(),
        }
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Bytes<T>>::deserialize(deserializer)?.map(|Bytes(value)| value))
    }
}

impl<T: Base64> Base64 for Field<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => value.write(serializer),
            Self::Unset => serializer.serialize_none(),
        }
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self::Set)
    }
}

impl<T: Base64> Base64 for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(Some(self.len()))?;
        for item in self {
            items.serialize_element(&Text(item))?;
        }
        items.end()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Bytes<T>>::deserialize(deserializer)?.into_iter().map(|Bytes(value)| value).collect())
    }
}

/// Bytes on their way into text.
pub(crate) struct Text<'a, T>(pub(crate) &'a T);

impl<T: Base64> Serialize for Text<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Bytes that were text.
pub(crate) struct Bytes<T>(pub(crate) T);

impl<'de, T: Base64> Deserialize<'de> for Bytes<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Bytes)
    }
}
