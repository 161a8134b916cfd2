//! The third state of a value: left alone.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is set, or left to the database: an insert uses the column's default, an update keeps what is there.
///
/// For a nullable column `T` is an `Option`, so that "left alone", "NULL" and "a value" are three states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Field<T> {
    /// Left alone.
    #[default]
    Unset,
    /// Set to a value.
    Set(T),
}

impl<T> Field<T> {
    /// Whether the value is left alone.
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// The value, where one is set.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Self::Unset => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_set().serialize(serializer)
    }
}

/// A key that is there is set; pair it with `#[serde(default)]` so that a missing one is left alone.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Set)
    }
}

/// What can stand for a column's value: the value itself, a `&str` for text, and either for a nullable column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as a value of type `{T}`",
    note = "an `Option` is never a condition: use `eq_opt`, or `is_null` for NULL"
)]
pub trait IntoValue<T> {
    /// Converts.
    fn into_value(self) -> T;
}

impl<T> IntoValue<T> for T {
    fn into_value(self) -> T {
        self
    }
}

impl<T> IntoValue<Option<T>> for T {
    fn into_value(self) -> Option<T> {
        Some(self)
    }
}

impl IntoValue<String> for &str {
    fn into_value(self) -> String {
        self.to_owned()
    }
}

impl IntoValue<Option<String>> for &str {
    fn into_value(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl<T, const N: usize> IntoValue<Vec<T>> for [T; N] {
    fn into_value(self) -> Vec<T> {
        self.into()
    }
}

impl<const N: usize> IntoValue<Vec<String>> for [&str; N] {
    fn into_value(self) -> Vec<String> {
        self.map(str::to_owned).into()
    }
}
