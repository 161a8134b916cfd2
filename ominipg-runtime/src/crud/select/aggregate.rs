use std::marker::PhantomData;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::having::Having;
use crate::crud::selection::Sort;
use crate::error::Error;
use crate::field::IntoValue;
use crate::filter::{Column, Expr, Filter};
use crate::param::Param;
use crate::schema::{ColumnDef, SqlType};
use crate::sql::Sql;
use crate::value::{Interval, Ordered, Scalar, Value};

/// What PostgreSQL computes over all rows of a group: how many, the largest, the sum.
///
/// Made by [`count`] and by the methods of a [`Column`]; `V` is the type of its value.
#[must_use = "it is a part of a `select`"]
pub struct Aggregate<M, V> {
    call: Call,
    types: PhantomData<fn() -> (M, V)>,
}

/// The call of an aggregate function, without its types.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    function: &'static str,
    distinct: bool,
    /// `None` is `*`.
    column: Option<&'static ColumnDef>,
    /// What is computed, as it is sent.
    ty: SqlType,
    /// Only rows that meet this are computed over.
    filter: Expr,
}

impl<M, V> Clone for Aggregate<M, V> {
    fn clone(&self) -> Self {
        Self { call: self.call.clone(), types: PhantomData }
    }
}

/// How many rows there are in a group.
///
/// ```ignore
/// let by_role: Vec<(UserRole, i64)> = users::find().select((users::role(), count())).all(&db).await?;
/// ```
pub fn count<M>() -> Aggregate<M, i64> {
    Aggregate::of("count", None, SqlType::Int8)
}

impl<M, V> Aggregate<M, V> {
    fn of(function: &'static str, column: Option<&'static ColumnDef>, ty: SqlType) -> Self {
        let call = Call { function, distinct: false, column, ty, filter: Expr::Always(true) };
        Self { call, types: PhantomData }
    }

    /// Over the rows only that meet this condition too.
    pub fn filter(mut self, filter: Filter<M>) -> Self {
        self.call.filter = Expr::all([self.call.filter, filter.expr]);
        self
    }

    /// Smallest first.
    pub fn asc(self) -> AggregateOrder<M> {
        AggregateOrder { call: self.call, descending: false, model: PhantomData }
    }

    /// Largest first.
    pub fn desc(self) -> AggregateOrder<M> {
        AggregateOrder { descending: true, ..self.asc() }
    }

    pub(super) fn call(&self) -> &Call {
        &self.call
    }
}

/// Conditions on groups, for [`Select::having`](super::Select::having).
impl<M, V: Value> Aggregate<M, V> {
    /// Equal.
    pub fn eq(self, value: impl IntoValue<V::Inner>) -> Having<M> {
        self.compare("=", value)
    }

    /// Greater.
    pub fn gt(self, value: impl IntoValue<V::Inner>) -> Having<M> {
        self.compare(">", value)
    }

    /// Greater or equal.
    pub fn gte(self, value: impl IntoValue<V::Inner>) -> Having<M> {
        self.compare(">=", value)
    }

    /// Less.
    pub fn lt(self, value: impl IntoValue<V::Inner>) -> Having<M> {
        self.compare("<", value)
    }

    /// Less or equal.
    pub fn lte(self, value: impl IntoValue<V::Inner>) -> Having<M> {
        self.compare("<=", value)
    }

    fn compare(self, operator: &'static str, value: impl IntoValue<V::Inner>) -> Having<M> {
        let ty = self.call.ty;
        Having::new(match Param::encode(&value.into_value(), ty.wire()) {
            Ok(param) => Expr::Aggregate(Box::new(self.call), operator, param),
            Err(cause) => Expr::Invalid(format!("a value compared with `{}`: {cause}", self.call.function)),
        })
    }
}

/// A group's aggregate and the direction that groups are sorted in.
pub struct AggregateOrder<M> {
    call: Call,
    descending: bool,
    model: PhantomData<fn() -> M>,
}

impl<M> From<AggregateOrder<M>> for Sort {
    fn from(order: AggregateOrder<M>) -> Self {
        Self { by: order.call.into(), descending: order.descending, nulls_first: None }
    }
}

/// Aggregates over a column's values; NULL is left out of all of them.
impl<M, T: Value> Column<M, T> {
    /// How many rows have a value.
    pub fn count(self) -> Aggregate<M, i64> {
        Aggregate::of("count", Some(self.def()), SqlType::Int8)
    }

    /// How many different values there are.
    pub fn count_distinct(self) -> Aggregate<M, i64> {
        let mut aggregate = self.count();
        aggregate.call.distinct = true;
        aggregate
    }

    /// The smallest value; `None` where there is none.
    pub fn min(self) -> Aggregate<M, Option<T::Inner>>
    where
        T::Inner: Ordered + Extreme,
    {
        Aggregate::of("min", Some(self.def()), self.def().ty)
    }

    /// The largest value; `None` where there is none.
    pub fn max(self) -> Aggregate<M, Option<T::Inner>>
    where
        T::Inner: Ordered + Extreme,
    {
        Aggregate::of("max", Some(self.def()), self.def().ty)
    }

    /// The sum, in a type that has room for it; `None` where there is no value.
    // The type is a parameter so that a column without a sum is told in the words of the trait.
    pub fn sum<S: Scalar>(self) -> Aggregate<M, Option<S>>
    where
        T::Inner: Numeric<Sum = S>,
    {
        Aggregate::of("sum", Some(self.def()), T::Inner::SUM)
    }

    /// The average; `None` where there is no value.
    pub fn avg<A: Scalar>(self) -> Aggregate<M, Option<A>>
    where
        T::Inner: Numeric<Average = A>,
    {
        Aggregate::of("avg", Some(self.def()), T::Inner::AVERAGE)
    }
}

/// A value that has a sum and an average.
#[diagnostic::on_unimplemented(
    message = "columns of type `{Self}` have no sum and no average",
    note = "i16, i32, i64, f32, f64, Decimal and Interval have"
)]
pub trait Numeric: Scalar {
    /// The type of a sum.
    type Sum: Scalar;
    /// The type of an average.
    type Average: Scalar;
    /// The same in SQL.
    #[doc(hidden)]
    const SUM: SqlType;
    /// The same in SQL.
    #[doc(hidden)]
    const AVERAGE: SqlType;
}

macro_rules! numeric {
    ($($ty:ty: $sum:ty as $sql_sum:ident, $average:ty as $sql_average:ident;)*) => { $(
        impl Numeric for $ty {
            type Sum = $sum;
            type Average = $average;
            const SUM: SqlType = SqlType::$sql_sum;
            const AVERAGE: SqlType = SqlType::$sql_average;
        }
    )* };
}

// As PostgreSQL has them, but for averages of integers, which it gives as `numeric`.
numeric! {
    i16: i64 as Int8, f64 as Float8;
    i32: i64 as Int8, f64 as Float8;
    i64: Decimal as Numeric, f64 as Float8;
    f32: f32 as Float4, f64 as Float8;
    f64: f64 as Float8, f64 as Float8;
    Decimal: Decimal as Numeric, Decimal as Numeric;
    Interval: Interval as Interval, Interval as Interval;
}

/// A value of which PostgreSQL finds the smallest and the largest.
#[diagnostic::on_unimplemented(
    message = "PostgreSQL has no `min` and `max` of columns of type `{Self}`",
    note = "sort by the column and take the first row"
)]
pub trait Extreme: Scalar {}

macro_rules! extremes {
    ($($ty:ty),* $(,)?) => { $(impl Extreme for $ty {})* };
}

extremes!(
    i16,
    i32,
    i64,
    f32,
    f64,
    String,
    Timestamp,
    jiff::civil::Date,
    jiff::civil::Time,
    Interval,
    Decimal
);

impl Sql {
    /// Adds the call of an aggregate.
    pub(crate) fn call(&mut self, call: &Call) -> Result<&mut Self, Error> {
        self.push(call.function).push(if call.distinct { "(DISTINCT " } else { "(" });
        match call.column {
            None => self.push("*"),
            Some(column) => self.column(column),
        };
        self.push(")");
        if !matches!(call.filter, Expr::Always(true)) {
            self.push(" FILTER (WHERE ").expr(&call.filter)?.push(")");
        }
        // A declared type of its own, and the `numeric` of an average, become what is read.
        Ok(self.push("::").push(call.ty.name()))
    }
}
