use std::marker::PhantomData;

use tokio_postgres::types::ToSql;

use super::expr::Test;
use super::{Expr, Filter, JsonPath};
use crate::field::IntoValue;
use crate::schema::{ColumnDef, SqlType};
use crate::value::{Container, Json, Ordered, Scalar, Text, Value};

/// A column of the table of `M`, with values of type `T`; the start of a filter or an order.
#[derive(Debug)]
pub struct Column<M, T> {
    pub(super) def: &'static ColumnDef,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Column<M, T> {}

impl<M, T> Column<M, T> {
    /// The column that `def` describes.
    pub const fn new(def: &'static ColumnDef) -> Self {
        Self { def, types: PhantomData }
    }

    pub(crate) fn def(self) -> &'static ColumnDef {
        self.def
    }

    /// `make` with the value where there is one; else no condition at all, and that is said here.
    pub fn when<V>(self, value: Option<V>, make: impl FnOnce(Self, V) -> Filter<M>) -> Filter<M> {
        value.map_or_else(|| Filter::new(Expr::Always(true)), |value| make(self, value))
    }

    fn test(self, value: &dyn ToSql, test: impl FnOnce(crate::param::Param) -> Test) -> Filter<M> {
        Filter::new(Expr::with(self.def, self.def.ty, value, test))
    }
}

impl<M, T: Value> Column<M, T> {
    /// Equal; a NULL is equal to nothing.
    pub fn eq(self, value: impl IntoValue<T::Inner>) -> Filter<M> {
        self.test(&value.into_value(), |param| Test::Is("=", param))
    }

    /// Equal to the value where there is one; else no condition at all.
    pub fn eq_opt(self, value: Option<impl IntoValue<T::Inner>>) -> Filter<M> {
        self.when(value, |column, value| column.eq(value))
    }

    /// Not equal; a NULL is among these.
    pub fn ne(self, value: impl IntoValue<T::Inner>) -> Filter<M> {
        self.test(&value.into_value(), Test::Differs)
    }

    /// Equal to one of the values.
    pub fn in_<I>(self, values: I) -> Filter<M>
    where
        I: IntoIterator,
        I::Item: IntoValue<T::Inner>,
    {
        let values: Vec<T::Inner> = values.into_iter().map(IntoValue::into_value).collect();
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        Filter::new(Expr::one_of(self.def, &values))
    }

    /// Equal to none of the values; a NULL is among these.
    pub fn not_in<I>(self, values: I) -> Filter<M>
    where
        I: IntoIterator,
        I::Item: IntoValue<T::Inner>,
    {
        self.in_(values).not()
    }
}

/// The bounds are on the methods, so that a misuse is told in the words of the trait that is missing.
impl<M, T: Value> Column<M, T> {
    /// Greater.
    pub fn gt(self, value: impl IntoValue<T::Inner>) -> Filter<M>
    where
        T::Inner: Ordered,
    {
        self.test(&value.into_value(), |param| Test::Is(">", param))
    }

    /// Greater or equal.
    pub fn gte(self, value: impl IntoValue<T::Inner>) -> Filter<M>
    where
        T::Inner: Ordered,
    {
        self.test(&value.into_value(), |param| Test::Is(">=", param))
    }

    /// Less.
    pub fn lt(self, value: impl IntoValue<T::Inner>) -> Filter<M>
    where
        T::Inner: Ordered,
    {
        self.test(&value.into_value(), |param| Test::Is("<", param))
    }

    /// Less or equal.
    pub fn lte(self, value: impl IntoValue<T::Inner>) -> Filter<M>
    where
        T::Inner: Ordered,
    {
        self.test(&value.into_value(), |param| Test::Is("<=", param))
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl IntoValue<T::Inner>, high: impl IntoValue<T::Inner>) -> Filter<M>
    where
        T::Inner: Ordered,
    {
        self.gte(low).and(self.lte(high))
    }

    /// Matches a pattern in which `%` stands for any text and `_` for any character.
    pub fn like(self, pattern: &str) -> Filter<M>
    where
        T::Inner: Text,
    {
        self.test(&pattern, |param| Test::Is("LIKE", param))
    }

    /// As [`like`](Self::like), with upper and lower case being the same.
    pub fn ilike(self, pattern: &str) -> Filter<M>
    where
        T::Inner: Text,
    {
        self.test(&pattern, |param| Test::Is("ILIKE", param))
    }

    /// Starts with exactly this text.
    pub fn starts_with(self, text: &str) -> Filter<M>
    where
        T::Inner: Text,
    {
        self.like(&(escape_like(text) + "%"))
    }

    /// Ends with exactly this text.
    pub fn ends_with(self, text: &str) -> Filter<M>
    where
        T::Inner: Text,
    {
        self.like(&("%".to_owned() + &escape_like(text)))
    }

    /// Matches a POSIX regular expression, as PostgreSQL has it.
    pub fn regex(self, pattern: &str) -> Filter<M>
    where
        T::Inner: Text,
    {
        self.test(&pattern, |param| Test::Is("~", param))
    }

    /// Contains exactly this text, all elements of this array, or this JSON.
    pub fn contains(self, part: impl IntoValue<<T::Inner as Container>::Part>) -> Filter<M>
    where
        T::Inner: Container,
    {
        let part = part.into_value();
        if !matches!(self.def.ty, SqlType::Text) {
            return self.test(&part, |param| Test::Is("@>", param));
        }
        self.test(&part, |mut param| {
            let text = param.value.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
            param.value = Some(format!("%{}%", escape_like(&text)).into());
            Test::Is("LIKE", param)
        })
    }
}

impl<M, E: Scalar, T: Value<Inner = Vec<E>>> Column<M, T> {
    /// Has this element.
    pub fn has(self, element: impl IntoValue<E>) -> Filter<M> {
        Filter::new(Expr::with(self.def, self.def.ty.element(), &element.into_value(), Test::Has))
    }

    /// Has at least one of these elements.
    pub fn overlaps<I>(self, elements: I) -> Filter<M>
    where
        I: IntoIterator,
        I::Item: IntoValue<E>,
    {
        let elements: Vec<E> = elements.into_iter().map(IntoValue::into_value).collect();
        Filter::new(Expr::among(self.def, &elements, |param| Test::Is("&&", param)))
    }
}

impl<M, T: Scalar> Column<M, Option<T>> {
    /// NULL.
    pub fn is_null(self) -> Filter<M> {
        Filter::new(Expr::Column(self.def, Test::Null))
    }

    /// Not NULL.
    pub fn is_not_null(self) -> Filter<M> {
        self.is_null().not()
    }
}

impl<M, J, T: Value<Inner = Json<J>>> Column<M, T> {
    /// What stands at a path of keys and array positions, such as `category.primary` or `tags.0`.
    pub fn at(self, path: &str) -> JsonPath<M> {
        JsonPath::new(self.def, path)
    }
}

/// Takes the special meaning from `%`, `_` and `\`.
pub(super) fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
