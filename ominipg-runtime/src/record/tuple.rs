//! Fields side by side: what reads or writes a row names them in one tuple, so that the compiler sees one call in the code of
//! a table where it saw one for each column.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::{DeserializeOwned, Deserializer};
use tokio_postgres::types::{FromSqlOwned, ToSql};

use super::sink::{Sink, Write};
use super::slot::Slot;
use super::source::Read;
use crate::field::Field;
use crate::value::base64::{Base64, Bytes};

/// A field that is a JSON document.
#[derive(Debug)]
pub struct AsJson<T>(pub T);

/// A field that is a JSON document or NULL.
#[derive(Debug)]
pub struct AsJsonOpt<T>(pub T);

/// A field that is a JSON document and may be left alone.
#[derive(Debug)]
pub struct AsJsonField<T>(pub T);

/// A field of bytes, which JSON has as base64.
#[derive(Debug)]
pub struct AsBytes<T>(pub T);

/// A field of bytes that may be left alone.
#[derive(Debug)]
pub struct AsBytesField<T>(pub T);

/// Fields as one part of a tuple, where a table has more than a tuple has place for.
#[derive(Debug)]
pub struct Group<T>(pub T);

/// A part of a tuple that is read.
pub trait FromColumn: Sized {
    /// How many columns it takes.
    const COUNT: usize = 1;

    /// Reads the next column, or the next columns.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    fn read<R: Read>(from: &mut R) -> Result<Self, R::Error>;

    /// Reads the value of the column at a position among its own, to be kept until its turn.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    fn slot<'de, D: Deserializer<'de>>(column: usize, from: D) -> Result<Slot, D::Error>;
}

/// A value that is kept until its turn.
fn keep<'de, T: DeserializeOwned + 'static, D: Deserializer<'de>>(from: D) -> Result<Slot, D::Error> {
    Ok(Box::new(T::deserialize(from)?))
}

impl<T: FromSqlOwned + DeserializeOwned + 'static> FromColumn for T {
    fn read<R: Read>(from: &mut R) -> Result<Self, R::Error> {
        from.next()
    }

    fn slot<'de, D: Deserializer<'de>>(_: usize, from: D) -> Result<Slot, D::Error> {
        keep::<T, D>(from)
    }
}

/// Reads with one of the reader's methods what is kept as another type.
macro_rules! from_column {
    ($($part:ty as $kept:ty where $bound:path => $method:ident, $make:expr;)+) => {$(
        impl<T: $bound> FromColumn for $part {
            fn read<R: Read>(from: &mut R) -> Result<Self, R::Error> {
                from.$method().map($make)
            }

            fn slot<'de, D: Deserializer<'de>>(_: usize, from: D) -> Result<Slot, D::Error> {
                keep::<$kept, D>(from)
            }
        }
    )+};
}

/// What a plain column's values can be.
pub trait Plain: FromSqlOwned + DeserializeOwned + 'static {}
impl<T: FromSqlOwned + DeserializeOwned + 'static> Plain for T {}

/// What a JSON column's values can be.
pub trait Document: DeserializeOwned + 'static {}
impl<T: DeserializeOwned + 'static> Document for T {}

/// What a column of bytes can be read as.
pub trait Binary: FromSqlOwned + Base64 + 'static {}
impl<T: FromSqlOwned + Base64 + 'static> Binary for T {}

from_column! {
    Field<T> as T where Plain => next_field, |value| value;
    AsJson<T> as T where Document => next_json, AsJson;
    AsJsonOpt<Option<T>> as Option<T> where Document => next_json_opt, AsJsonOpt;
    AsJsonField<Field<T>> as T where Document => next_json_field, AsJsonField;
    AsBytes<T> as Bytes<T> where Binary => next_bytes, AsBytes;
    AsBytesField<Field<T>> as Bytes<T> where Binary => next_bytes_field, AsBytesField;
}

impl<T: FromColumns> FromColumn for Group<T> {
    const COUNT: usize = T::COUNT;

    fn read<R: Read>(from: &mut R) -> Result<Self, R::Error> {
        T::read(from).map(Group)
    }

    fn slot<'de, D: Deserializer<'de>>(column: usize, from: D) -> Result<Slot, D::Error> {
        T::slot(column, from)
    }
}

/// A part of a tuple that is written.
pub trait ToColumn {
    /// Writes itself to the next column, or the next columns.
    fn write<W: Write>(self, to: &mut Sink<'_, W>);
}

impl<T: ToSql + Serialize> ToColumn for &T {
    fn write<W: Write>(self, to: &mut Sink<'_, W>) {
        let (to, column) = to.next();
        to.put(column, self);
    }
}

impl<T: ToSql + Serialize> ToColumn for &Field<T> {
    fn write<W: Write>(self, to: &mut Sink<'_, W>) {
        let (to, column) = to.next();
        to.put_field(column, self);
    }
}

/// Writes with one of the writer's methods.
macro_rules! to_column {
    ($($part:ty where $($bound:path),+ => $method:ident;)+) => {$(
        impl<T: $($bound +)+> ToColumn for $part {
            fn write<W: Write>(self, to: &mut Sink<'_, W>) {
                let (to, column) = to.next();
                to.$method(column, self.0);
            }
        }
    )+};
}

to_column! {
    AsJson<&T> where Serialize, Debug => put_json;
    AsJsonOpt<&Option<T>> where Serialize, Debug => put_json_opt;
    AsJsonField<&Field<T>> where Serialize, Debug => put_json_field;
    AsBytes<&T> where ToSql, Base64 => put_bytes;
    AsBytesField<&Field<T>> where ToSql, Base64 => put_bytes_field;
}

impl<T: ToColumns> ToColumn for Group<T> {
    fn write<W: Write>(self, to: &mut Sink<'_, W>) {
        self.0.write(to);
    }
}

/// Fields that are read one after the other.
pub trait FromColumns: Sized {
    /// How many columns there are.
    const COUNT: usize;

    /// Reads the next columns.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    fn read<R: Read>(from: &mut R) -> Result<Self, R::Error>;

    /// Reads the value of the column at a position among these, to be kept until its turn.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    fn slot<'de, D: Deserializer<'de>>(column: usize, from: D) -> Result<Slot, D::Error>;
}

/// Fields that are written one after the other.
pub trait ToColumns {
    /// Writes them to the next columns.
    fn write<W: Write>(self, to: &mut Sink<'_, W>);
}

macro_rules! tuples {
    ($first:ident $(, $rest:ident)*) => {
        impl<$first: FromColumn $(, $rest: FromColumn)*> FromColumns for ($first, $($rest,)*) {
            const COUNT: usize = $first::COUNT $(+ $rest::COUNT)*;

            fn read<R: Read>(from: &mut R) -> Result<Self, R::Error> {
                Ok(($first::read(from)?, $($rest::read(from)?,)*))
            }

            fn slot<'de, De: Deserializer<'de>>(mut column: usize, from: De) -> Result<Slot, De::Error> {
                if column < $first::COUNT {
                    return $first::slot(column, from);
                }
                column -= $first::COUNT;
                $(
                    if column < $rest::COUNT {
                        return $rest::slot(column, from);
                    }
                    column -= $rest::COUNT;
                )*
                unreachable!("a table has {column} columns fewer")
            }
        }

        impl<$first: ToColumn $(, $rest: ToColumn)*> ToColumns for ($first, $($rest,)*) {
            #[expect(non_snake_case, reason = "each value is named as its type")]
            fn write<W: Write>(self, to: &mut Sink<'_, W>) {
                let ($first, $($rest,)*) = self;
                $first.write(to);
                $($rest.write(to);)*
            }
        }

        tuples!($($rest),*);
    };
    () => {};
}

// The generator puts as many parts in a tuple at most.
tuples!(
    A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, A18, A19, A20, A21, A22, A23,
    A24, A25, A26, A27, A28, A29, A30, A31, A32
);
