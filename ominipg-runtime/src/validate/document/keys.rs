//! The key of a map as a text.

use std::fmt;

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::walk::Unknown;

/// Takes a text and nothing else.
pub(super) struct Key;

macro_rules! no_keys {
    ($($method:ident($ty:ty)),*) => { $(fn $method(self, _: $ty) -> Result<String, Unknown> { Err(Unknown) })* };
}

impl Serializer for Key {
    type Ok = String;
    type Error = Unknown;
    type SerializeSeq = Impossible<String, Unknown>;
    type SerializeTuple = Impossible<String, Unknown>;
    type SerializeTupleStruct = Impossible<String, Unknown>;
    type SerializeTupleVariant = Impossible<String, Unknown>;
    type SerializeMap = Impossible<String, Unknown>;
    type SerializeStruct = Impossible<String, Unknown>;
    type SerializeStructVariant = Impossible<String, Unknown>;

    fn serialize_str(self, text: &str) -> Result<String, Unknown> {
        Ok(text.to_owned())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<String, Unknown> {
        Ok(value.to_string())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, Unknown> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, Unknown> {
        value.serialize(self)
    }

    no_keys!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str)
    );

    fn serialize_none(self) -> Result<String, Unknown> {
        Err(Unknown)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<String, Unknown> {
        Err(Unknown)
    }

    fn serialize_unit(self) -> Result<String, Unknown> {
        Err(Unknown)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, Unknown> {
        Err(Unknown)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Unknown> {
        Err(Unknown)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unknown> {
        Err(Unknown)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unknown> {
        Err(Unknown)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unknown> {
        Err(Unknown)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unknown> {
        Err(Unknown)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Unknown> {
        Err(Unknown)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unknown> {
        Err(Unknown)
    }
}
