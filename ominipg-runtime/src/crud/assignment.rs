use std::marker::PhantomData;

use tokio_postgres::types::ToSql;

use super::Numeric;
use crate::error::{Error, ErrorKind};
use crate::field::IntoValue;
use crate::filter::Column;
use crate::param::Param;
use crate::schema::{ColumnDef, SqlType, TableDef};
use crate::sql::{Shape, Sql};
use crate::value::{Json, Scalar, Value};

/// What an update makes of a column, computed by the database from what is there.
#[must_use = "pass it to `set`"]
pub struct Assignment<M> {
    pub(super) change: Change,
    model: PhantomData<fn() -> M>,
}

/// An assignment without its table's type.
#[derive(Debug, Clone)]
pub(super) struct Change {
    column: &'static ColumnDef,
    to: To,
}

#[derive(Debug, Clone)]
enum To {
    /// `column operator value`
    Operator(&'static str, Param),
    /// An element at the end of an array.
    Appended(Param),
    /// An array without an element.
    Without(Param),
    /// What another column has.
    Column(&'static ColumnDef),
    /// The time of the transaction.
    Now,
    /// A value could not be encoded; the statement is not sent.
    Invalid(String),
}

impl<M> Clone for Assignment<M> {
    fn clone(&self) -> Self {
        Self { change: self.change.clone(), model: PhantomData }
    }
}

/// Assignments; a column that is NULL stays NULL, but for [`push`](Column::push), which makes an array of it.
impl<M, T> Column<M, T> {
    fn assign(self, to: To) -> Assignment<M> {
        Assignment { change: Change { column: self.def(), to }, model: PhantomData }
    }

    fn assign_with(self, ty: SqlType, value: &dyn ToSql, to: impl FnOnce(Param) -> To) -> Assignment<M> {
        self.assign(match Param::encode(value, ty.wire()) {
            Ok(param) => to(param.of(self.def())),
            Err(cause) => To::Invalid(format!("a value for column `{}`: {cause}", self.def().name)),
        })
    }

    /// The value of another column of the row, as it was before the update.
    pub fn set_to(self, other: Column<M, T>) -> Assignment<M> {
        self.assign(To::Column(other.def()))
    }
}

impl<M, T: Value> Column<M, T> {
    /// More by this much, whatever it is at that moment: two at once lose nothing.
    pub fn increment(self, by: impl IntoValue<T::Inner>) -> Assignment<M>
    where
        T::Inner: Numeric,
    {
        self.assign_with(self.def().ty, &by.into_value(), |by| To::Operator(" + ", by))
    }

    /// Less by this much.
    pub fn decrement(self, by: impl IntoValue<T::Inner>) -> Assignment<M>
    where
        T::Inner: Numeric,
    {
        self.assign_with(self.def().ty, &by.into_value(), |by| To::Operator(" - ", by))
    }

    /// The time at which the transaction began.
    pub fn set_now(self) -> Assignment<M>
    where
        T: Value<Inner = jiff::Timestamp>,
    {
        self.assign(To::Now)
    }
}

impl<M, E: Scalar, T: Value<Inner = Vec<E>>> Column<M, T> {
    /// This element too, at the end.
    pub fn push(self, element: impl IntoValue<E>) -> Assignment<M> {
        self.assign_with(self.def().ty.element(), &element.into_value(), To::Appended)
    }

    /// Without this element, wherever it is.
    pub fn remove(self, element: impl IntoValue<E>) -> Assignment<M> {
        self.assign_with(self.def().ty.element(), &element.into_value(), To::Without)
    }
}

impl<M, J, T: Value<Inner = Json<J>>> Column<M, T> {
    /// With the keys of this JSON object too, which take the place of those of the same name.
    pub fn merge(self, object: serde_json::Value) -> Assignment<M> {
        if !object.is_object() {
            let message = format!("`merge` into column `{}` takes a JSON object", self.def().name);
            return self.assign(To::Invalid(message));
        }
        self.assign_with(SqlType::Jsonb, &Json(object), |object| To::Operator(" || ", object))
    }
}

/// An assignment, or a tuple, array or `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no assignment to columns of `{M}`",
    note = "write `users::visits().increment(1)`, or a tuple or `Vec` of such, all of one table"
)]
pub trait Assignments<M> {
    /// Adds them.
    #[doc(hidden)]
    fn add_to(self, assignments: &mut Vec<Assignment<M>>);
}

impl<M> Assignments<M> for Assignment<M> {
    fn add_to(self, assignments: &mut Vec<Assignment<M>>) {
        assignments.push(self);
    }
}

impl<M, const N: usize> Assignments<M> for [Assignment<M>; N] {
    fn add_to(self, assignments: &mut Vec<Assignment<M>>) {
        assignments.extend(self);
    }
}

impl<M> Assignments<M> for Vec<Assignment<M>> {
    fn add_to(self, assignments: &mut Vec<Assignment<M>>) {
        assignments.extend(self);
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<Model, $($name: Assignments<Model>),+> Assignments<Model> for ($($name,)+) {
            fn add_to(self, assignments: &mut Vec<Assignment<Model>>) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                $($name.add_to(assignments);)+
            }
        }
    )* };
}

tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }

impl Change {
    /// The name of its column.
    pub(super) fn column(&self) -> &'static str {
        self.column.name
    }

    /// Refuses an assignment to a column that only the database writes.
    pub(super) fn check(&self, table: &TableDef) -> Result<(), Error> {
        let refused = |why: String| Err(Error::new(ErrorKind::Parameter, why));
        match &self.to {
            To::Invalid(message) => refused(message.clone()),
            _ if self.column.read_only => refused(format!(
                "`{}.{}` is read-only: only the database writes it",
                table.name, self.column.name
            )),
            _ => Ok(()),
        }
    }
}

impl Sql {
    /// Adds `column = expression`.
    pub(super) fn change(&mut self, change: &Change) -> &mut Self {
        let Change { column, to } = change;
        self.name(column.name).push(" = ");
        match to {
            To::Operator(operator, value) => self.column(column).push(operator).value(column, value.clone()),
            To::Appended(element) => self
                .push("array_append(")
                .column(column)
                .push(", ")
                .param(element.clone())
                .cast(column, column.ty.element(), Shape::Element)
                .push(")"),
            To::Without(element) => self
                .push("array_remove(")
                .column(column)
                .push(", ")
                .param(element.clone())
                .cast(column, column.ty.element(), Shape::Element)
                .push(")"),
            To::Column(other) => self.column(other),
            To::Now => self.push("now()"),
            To::Invalid(_) => self.push("DEFAULT"),
        }
    }
}
