//! Values that come before their turn.

use std::any::Any;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer};

use super::Slots;
use crate::value::base64::{Base64, Bytes};

/// The value of a column, of the type that the column has in a row.
pub type Slot = Box<dyn Any>;

/// Reads a value that is kept until its turn.
///
/// # Errors
///
/// Those of the deserializer.
pub fn slot<'de, T: DeserializeOwned + 'static, D: Deserializer<'de>>(from: D) -> Result<Slot, D::Error> {
    Ok(Box::new(T::deserialize(from)?))
}

/// Reads bytes from base64 text that are kept until their turn.
///
/// # Errors
///
/// Those of the deserializer.
pub fn slot_bytes<'de, T: Base64 + 'static, D: Deserializer<'de>>(from: D) -> Result<Slot, D::Error> {
    Ok(Box::new(Bytes::<T>::deserialize(from)?))
}

/// Reads the value of a column.
pub(super) struct SlotOf<S> {
    pub(super) column: usize,
    pub(super) row: PhantomData<S>,
}

impl<'de, S: Slots> DeserializeSeed<'de> for SlotOf<S> {
    type Value = Slot;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Slot, D::Error> {
        S::slot(self.column, from)
    }
}
