//! Values that come before their turn.

use std::any::Any;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer};

use super::Record;
use super::source::Source;
use super::tuple::FromColumns;

/// The value of a column, of the type that the column has in a row.
pub type Slot = Box<dyn Any>;

/// Reads the value of a column, whatever it is read into later: as it comes, so that whoever reads JSON knows the place of what
/// is wrong.
pub(super) struct SlotOf<R> {
    pub(super) column: usize,
    pub(super) row: PhantomData<R>,
}

impl<'de, R: Record> DeserializeSeed<'de> for SlotOf<R> {
    type Value = Slot;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Slot, D::Error> {
        let mut one = OneColumn { column: self.column, from: Some(from), input: PhantomData };
        match R::read(&mut one) {
            Err(read) => read,
            Ok(_) => unreachable!("a row has a field for each column"),
        }
    }
}

/// Has the value of one column of a row, which is never made: what is read stands in the place of an error.
struct OneColumn<'de, D> {
    column: usize,
    from: Option<D>,
    input: PhantomData<&'de ()>,
}

impl<'de, D: Deserializer<'de>> Source for OneColumn<'de, D> {
    type Error = Result<Slot, D::Error>;

    fn read<T: FromColumns>(&mut self) -> Result<T, Self::Error> {
        let from = self.from.take().expect("a record reads all its fields at once");
        Err(T::slot(self.column, from))
    }
}
