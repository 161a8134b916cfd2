//! What the macro `filter!` calls: the meaning that operators have in JSON filters, on typed columns.

use serde_json::Value as JsonValue;

use super::expr::{JsonTest, Test};
use super::{Column, Expr, Filter, JsonPath};
use crate::crud::Find;
use crate::field::IntoValue;
use crate::model::Model;
use crate::schema::SqlType;
use crate::value::{Listed, Nullable, Scalar, Value};

type One<T> = <<T as Value>::Inner as Scalar>::One;
type Element<T> = <<T as Value>::Inner as Listed>::Element;

#[doc(hidden)]
impl<M: Model> Find<M> {
    /// All of these hold.
    pub fn literal_all<const N: usize>(self, filters: [Filter<M>; N]) -> Filter<M> {
        Filter::all(filters)
    }

    /// One of these holds.
    pub fn literal_any<const N: usize>(self, filters: [Filter<M>; N]) -> Filter<M> {
        Filter::any(filters)
    }
}

#[doc(hidden)]
impl<M, T: Value> Column<M, T> {
    /// Equal; an element, where the column holds lists.
    pub fn literal_eq(self, value: impl IntoValue<One<T>>) -> Filter<M> {
        let test: fn(_) -> Test = if self.holds_lists() { Test::Has } else { |param| Test::Is("=", param) };
        Filter::new(Expr::with(self.def, self.def.ty.element(), &value.into_value(), test))
    }

    /// The opposite.
    pub fn literal_ne(self, value: impl IntoValue<One<T>>) -> Filter<M> {
        if self.holds_lists() {
            return self.literal_eq(value).not();
        }
        Filter::new(Expr::with(self.def, self.def.ty, &value.into_value(), Test::Differs))
    }

    /// The whole list.
    pub fn literal_list<V>(self, values: Vec<V>) -> Filter<M>
    where
        T::Inner: Listed,
        V: IntoValue<Element<T>>,
    {
        let values: Vec<Element<T>> = values.into_iter().map(IntoValue::into_value).collect();
        Filter::new(Expr::with(self.def, self.def.ty, &values, |param| Test::Is("=", param)))
    }

    /// A list of nothing.
    pub fn literal_empty(self) -> Filter<M>
    where
        T::Inner: Listed,
    {
        self.literal_list::<Element<T>>(Vec::new())
    }

    /// One of these; has one of these, where the column holds lists.
    pub fn literal_in<I>(self, values: I) -> Filter<M>
    where
        I: IntoIterator,
        I::Item: IntoValue<One<T>>,
    {
        let values: Vec<One<T>> = values.into_iter().map(IntoValue::into_value).collect();
        let test: fn(_) -> Test = if self.holds_lists() { |param| Test::Is("&&", param) } else { Test::In };
        Filter::new(Expr::among(self.def, &values, test))
    }

    /// None.
    pub fn literal_nothing(self) -> Filter<M> {
        Filter::new(Expr::Always(false))
    }

    /// NULL, and JSON's null.
    pub fn literal_null(self) -> Filter<M>
    where
        T: Nullable,
    {
        if self.def.ty == SqlType::Jsonb {
            return Filter::new(Expr::Json(self.def, Vec::new(), JsonTest::Null));
        }
        Filter::new(Expr::Column(self.def, Test::Null))
    }

    /// Whether there is a value.
    pub fn literal_exists(self, exists: bool) -> Filter<M>
    where
        T: Nullable,
    {
        let null = Filter::new(Expr::Column(self.def, Test::Null));
        if exists { null.not() } else { null }
    }

    fn holds_lists(self) -> bool {
        matches!(self.def.ty, SqlType::Array(_))
    }
}

#[doc(hidden)]
impl<M> JsonPath<M> {
    /// Equal.
    pub fn literal_eq(self, value: impl Into<JsonValue>) -> Filter<M> {
        self.eq(value)
    }

    /// The opposite.
    pub fn literal_ne(self, value: impl Into<JsonValue>) -> Filter<M> {
        self.ne(value)
    }

    /// The whole list.
    pub fn literal_list<V: Into<JsonValue>>(self, values: Vec<V>) -> Filter<M> {
        self.eq(values)
    }

    /// A list of nothing.
    pub fn literal_empty(self) -> Filter<M> {
        self.eq(Vec::<JsonValue>::new())
    }

    /// One of these.
    pub fn literal_in<V: Into<JsonValue>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        self.in_(values)
    }

    /// None.
    pub fn literal_nothing(self) -> Filter<M> {
        Filter::new(Expr::Always(false))
    }

    /// Nothing, or JSON's null.
    pub fn literal_null(self) -> Filter<M> {
        self.is_null()
    }

    /// Whether something is there.
    pub fn literal_exists(self, exists: bool) -> Filter<M> {
        if exists { self.exists() } else { self.exists().not() }
    }
}
