//! The walk: a serializer that checks each value against its node and writes nothing.

use std::fmt;

use serde::Serialize;
use serde::ser::{
    Error, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct,
    Serializer,
};

use super::keys::Key;
use super::node::{ARRAY, BOOLEAN, Document, INTEGER, NULL, NUMBER, Node, OBJECT, STRING};

/// Integers below are floats without a loss.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

/// Schemas of one and the same value that lead to each other, at most.
const DEEP: u8 = 16;

/// That the value is not known to keep the schema.
#[derive(Debug)]
pub(super) struct Unknown;

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not known to be valid")
    }
}

impl std::error::Error for Unknown {}

impl Error for Unknown {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Whether the value is known to keep the schema.
pub(super) fn holds<T: Serialize + ?Sized>(document: &Document, value: &T) -> bool {
    check(document, 0, value, 0).is_ok()
}

fn check<T: Serialize + ?Sized>(
    document: &Document,
    node: usize,
    value: &T,
    depth: u8,
) -> Result<(), Unknown> {
    let found = &document.nodes[node];
    if !found.all.is_empty() || !found.any.is_empty() {
        if depth == DEEP {
            return Err(Unknown);
        }
        for other in &found.all {
            check(document, *other, value, depth + 1)?;
        }
        for others in &found.any {
            if !others.iter().any(|other| check(document, *other, value, depth + 1).is_ok()) {
                return Err(Unknown);
            }
        }
    }
    value.serialize(Walk { document, node: found })
}

#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    document: &'a Document,
    node: &'a Node,
}

fn known(holds: bool) -> Result<(), Unknown> {
    if holds { Ok(()) } else { Err(Unknown) }
}

impl<'a> Walk<'a> {
    /// Of a value that is no text.
    fn of(self, ty: u8) -> Result<(), Unknown> {
        known(self.node.types & ty != 0 && self.node.values.is_none())
    }

    fn number(self, ty: u8, value: f64) -> Result<(), Unknown> {
        self.of(ty)?;
        let bounds = &self.node.number;
        known(
            value.abs() < EXACT
                && bounds.minimum.is_none_or(|bound| value >= bound)
                && bounds.maximum.is_none_or(|bound| value <= bound)
                && bounds.above.is_none_or(|bound| value > bound)
                && bounds.below.is_none_or(|bound| value < bound),
        )
    }

    fn list(self) -> Result<List<'a>, Unknown> {
        self.of(ARRAY)?;
        Ok(List { walk: self, count: 0 })
    }

    fn object(self) -> Result<Members<'a>, Unknown> {
        self.of(OBJECT)?;
        Ok(Members { walk: self, seen: 0, next: 0, key: String::new() })
    }
}

macro_rules! numbers {
    ($($method:ident($ty:ty) $kind:ident),*) => {
        $(fn $method(self, value: $ty) -> Result<(), Unknown> { self.number($kind, value as f64) })*
    };
}

impl<'a> Serializer for Walk<'a> {
    type Ok = ();
    type Error = Unknown;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = Impossible<(), Unknown>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Impossible<(), Unknown>;

    numbers!(
        serialize_i8(i8) INTEGER, serialize_i16(i16) INTEGER, serialize_i32(i32) INTEGER, serialize_i64(i64) INTEGER,
        serialize_u8(u8) INTEGER, serialize_u16(u16) INTEGER, serialize_u32(u32) INTEGER, serialize_u64(u64) INTEGER,
        serialize_f32(f32) NUMBER, serialize_f64(f64) NUMBER
    );

    fn serialize_bool(self, _: bool) -> Result<(), Unknown> {
        self.of(BOOLEAN)
    }

    fn serialize_char(self, value: char) -> Result<(), Unknown> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Unknown> {
        let Node { types, values, text: rules, .. } = self.node;
        let length = || text.chars().count();
        known(
            types & STRING != 0
                && values.as_ref().is_none_or(|values| values.iter().any(|value| value == text))
                && (rules.least == 0 || text.len() / 4 >= rules.least || length() >= rules.least)
                && (text.len() <= rules.most || length() <= rules.most)
                && rules.pattern.as_ref().is_none_or(|pattern| pattern.check(text).is_ok())
                && rules.format.is_none_or(|format| format.accepts(text)),
        )
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unknown> {
        Err(Unknown)
    }

    fn serialize_none(self) -> Result<(), Unknown> {
        self.of(NULL)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unknown> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unknown> {
        self.of(NULL)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unknown> {
        self.of(NULL)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unknown> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unknown> {
        Err(Unknown)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Unknown> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Unknown> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Unknown> {
        self.list()
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

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Unknown> {
        self.object()
    }

    // A struct of this name is how serde_json holds a number of any length.
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, Unknown> {
        if name.starts_with("$serde_json") { Err(Unknown) } else { self.object() }
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

/// The items of an array.
pub(super) struct List<'a> {
    walk: Walk<'a>,
    count: usize,
}

impl List<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.count += 1;
        let Walk { document, node } = self.walk;
        check(document, node.array.items.unwrap_or(document.anything), value, 0)
    }

    fn done(self) -> Result<(), Unknown> {
        let rules = &self.walk.node.array;
        known((rules.least..=rules.most).contains(&self.count))
    }
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Unknown;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unknown> {
        self.done()
    }
}

impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = Unknown;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unknown> {
        self.done()
    }
}

impl SerializeTupleStruct for List<'_> {
    type Ok = ();
    type Error = Unknown;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        self.item(value)
    }

    fn end(self) -> Result<(), Unknown> {
        self.done()
    }
}

/// The members of an object.
pub(super) struct Members<'a> {
    walk: Walk<'a>,
    /// A bit for each property that was there.
    seen: u64,
    /// The property that probably comes next.
    next: usize,
    key: String,
}

impl Members<'_> {
    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Unknown> {
        let Walk { document, node } = self.walk;
        let rules = &node.object;
        let is = |(name, _): &(String, usize)| name == key;
        let guessed = rules.properties.get(self.next).is_some_and(is).then_some(self.next);
        let property = match guessed.or_else(|| rules.properties.iter().position(is)) {
            Some(at) => {
                self.next = at + 1;
                self.seen |= 1u64.checked_shl(at as u32).unwrap_or(0);
                rules.properties[at].1
            }
            None if rules.closed => return Err(Unknown),
            None => rules.others.unwrap_or(document.anything),
        };
        check(document, property, value, 0)
    }

    fn done(self) -> Result<(), Unknown> {
        let required = self.walk.node.object.required;
        known(self.seen & required == required)
    }
}

impl SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unknown> {
        self.member(key, value)
    }

    fn end(self) -> Result<(), Unknown> {
        self.done()
    }
}

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Unknown;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unknown> {
        self.key = key.serialize(Key)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unknown> {
        let key = std::mem::take(&mut self.key);
        self.member(&key, value)
    }

    fn end(self) -> Result<(), Unknown> {
        self.done()
    }
}
