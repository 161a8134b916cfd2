use std::borrow::Cow;
use std::iter::Empty;

use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use jsonschema::types::JsonType;
use serde_json::{Number, Value};

/// Texts as documents: a validator of them reads a text where it stands, and copies nothing.
pub(super) struct Text;

/// One text.
#[derive(Clone, Copy)]
pub(super) struct TextNode<'a>(pub(super) &'a str);

/// What a text is not: an object, an array, a number.
pub(super) enum Never {}

impl Json for Text {
    type Node<'a> = TextNode<'a>;
    type PreparedKey = ();
    type StringBuffer = ();

    fn prepare_key(_: &str) {}

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(TextNode<'_>) -> T) -> T {
        f(TextNode(string))
    }
}

impl<'a> Node<'a, Text> for TextNode<'a> {
    type Object = Never;
    type Array = Never;
    type Number = Never;

    fn as_object(&self) -> Option<Never> {
        None
    }

    fn as_array(&self) -> Option<Never> {
        None
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        Some(Cow::Borrowed(self.0))
    }

    fn as_number(&self) -> Option<Never> {
        None
    }

    fn as_boolean(&self) -> Option<bool> {
        None
    }

    fn is_null(&self) -> bool {
        false
    }

    fn json_type(&self) -> JsonType {
        JsonType::String
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(Value::String(self.0.to_owned()))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        None
    }
}

impl<'a> Object<'a, Text> for Never {
    type Node = TextNode<'a>;
    type MemberName = &'a str;
    type MembersIter = Empty<(&'a str, TextNode<'a>)>;

    fn len(&self) -> usize {
        match *self {}
    }

    fn get(&self, (): &()) -> Option<TextNode<'a>> {
        match *self {}
    }

    fn members(&self) -> Self::MembersIter {
        match *self {}
    }
}

impl<'a> Array<'a, Text> for Never {
    type Node = TextNode<'a>;
    type ElementsIter = Empty<TextNode<'a>>;

    fn len(&self) -> usize {
        match *self {}
    }

    fn elements(&self) -> Self::ElementsIter {
        match *self {}
    }
}

impl JsonNumber for Never {
    fn as_u64(&self) -> Option<u64> {
        match *self {}
    }

    fn as_i64(&self) -> Option<i64> {
        match *self {}
    }

    fn as_f64(&self) -> Option<f64> {
        match *self {}
    }

    fn as_str(&self) -> Cow<'_, str> {
        match *self {}
    }

    fn to_number(&self) -> Cow<'_, Number> {
        match *self {}
    }
}
