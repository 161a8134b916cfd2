//! The values of a record's columns, in the order of the table, from a map or a sequence of serde.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Record;
use super::slot::{Slot, SlotOf};
use crate::schema::ColumnDef;

/// The columns that a record has fields for.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) all: &'static [ColumnDef],
    pub(super) has: fn(&ColumnDef) -> bool,
    pub(super) closed: bool,
}

impl Columns {
    /// The first column at `from` or behind it.
    pub(super) fn at(&self, from: usize) -> Option<usize> {
        (from..self.all.len()).find(|&column| (self.has)(&self.all[column]))
    }

    /// The column of a property, which is probably the one at `likely`.
    fn named(&self, property: &str, likely: usize) -> Option<usize> {
        let is = |column: &usize| {
            let column = &self.all[*column];
            column.property == property && (self.has)(column)
        };
        let guessed = (likely < self.all.len()).then_some(likely).filter(is);
        guessed.or_else(|| (0..self.all.len()).find(is))
    }

    fn unknown<E: Error>(&self, key: &str) -> E {
        let known = self.all.iter().filter(|column| (self.has)(column));
        let known: Vec<String> = known.map(|column| format!("`{}`", column.property)).collect();
        match known.len() {
            0 => E::custom(format_args!("unknown field `{key}`, there are no fields")),
            1 => E::custom(format_args!("unknown field `{key}`, expected {}", known[0])),
            _ => E::custom(format_args!("unknown field `{key}`, expected one of {}", known.join(", "))),
        }
    }
}

/// Where values come from, each asked for once, in the order of the columns.
pub(super) trait Values<'de> {
    type Error: Error;

    /// The value of a column; `None` where there is none.
    fn value<T: DeserializeOwned + 'static>(
        &mut self,
        columns: &Columns,
        column: usize,
    ) -> Result<Option<T>, Self::Error>;

    /// After the last column.
    fn end(self, columns: &Columns) -> Result<(), Self::Error>;
}

/// Values one after the other.
pub(super) struct Sequence<A>(pub(super) A);

impl<'de, A: SeqAccess<'de>> Values<'de> for Sequence<A> {
    type Error = A::Error;

    fn value<T: DeserializeOwned + 'static>(&mut self, _: &Columns, _: usize) -> Result<Option<T>, A::Error> {
        self.0.next_element()
    }

    fn end(self, _: &Columns) -> Result<(), A::Error> {
        Ok(())
    }
}

/// Values with names in any order; those that come before their turn are kept.
pub(super) struct Named<A, R> {
    map: A,
    early: Vec<(usize, Slot)>,
    row: PhantomData<R>,
    /// The column that was asked for last.
    asked: usize,
}

impl<A, R> Named<A, R> {
    pub(super) fn new(map: A) -> Self {
        Self { map, early: Vec::new(), row: PhantomData, asked: 0 }
    }
}

impl<'de, A: MapAccess<'de>, R> Named<A, R> {
    /// The next key that is a column's; other values are passed over.
    fn key(&mut self, columns: &Columns) -> Result<Option<usize>, A::Error> {
        loop {
            match self.map.next_key_seed(Key { columns, likely: self.asked })? {
                None => return Ok(None),
                Some(Some(column)) => return Ok(Some(column)),
                Some(None) => drop(self.map.next_value::<IgnoredAny>()?),
            }
        }
    }
}

impl<'de, A: MapAccess<'de>, R: Record> Values<'de> for Named<A, R> {
    type Error = A::Error;

    fn value<T: DeserializeOwned + 'static>(
        &mut self,
        columns: &Columns,
        column: usize,
    ) -> Result<Option<T>, A::Error> {
        self.asked = column;
        if let Some(found) = self.early.iter().position(|(early, _)| *early == column) {
            let (_, value) = self.early.swap_remove(found);
            let value = value.downcast().expect("a column has one type in all records of its table");
            return Ok(Some(*value));
        }
        while let Some(key) = self.key(columns)? {
            if key == column {
                return self.map.next_value().map(Some);
            }
            if key < column || self.early.iter().any(|(early, _)| *early == key) {
                return Err(A::Error::duplicate_field(columns.all[key].property));
            }
            let seed = SlotOf { column: key, row: PhantomData::<R> };
            self.early.push((key, self.map.next_value_seed(seed)?));
        }
        Ok(None)
    }

    fn end(mut self, columns: &Columns) -> Result<(), A::Error> {
        match self.key(columns)? {
            Some(key) => Err(A::Error::duplicate_field(columns.all[key].property)),
            None => Ok(()),
        }
    }
}

/// Reads a key as a column; `None` is a key that counts for nothing.
struct Key<'a> {
    columns: &'a Columns,
    likely: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let column = self.columns.named(key, self.likely);
        if column.is_none() && self.columns.closed {
            return Err(self.columns.unknown(key));
        }
        Ok(column)
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<Self::Value, E> {
        self.visit_str(&String::from_utf8_lossy(key))
    }

    fn visit_u64<E: Error>(self, key: u64) -> Result<Self::Value, E> {
        let has = self.columns.has;
        let mut all = self.columns.all.iter().enumerate().filter(|(_, column)| has(column));
        Ok(usize::try_from(key).ok().and_then(|key| all.nth(key)).map(|(column, _)| column))
    }
}
