use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::aggregate::{Aggregate, Call};
use crate::error::{Error, ErrorKind, chain};
use crate::filter::Column;
use crate::schema::ColumnDef;

/// What is selected: a column, an aggregate, or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected from rows of `{M}`",
    note = "select columns such as `users::name()`, aggregates such as `count()`, or a tuple of up to twelve, all of one \
            table"
)]
pub trait Selected<M> {
    /// The type of what comes back.
    type Value: Send;

    /// Lists the parts.
    #[doc(hidden)]
    fn items(&self, items: &mut Vec<Item>);

    /// Reads the parts from `at` on.
    #[doc(hidden)]
    fn read(row: &Row, at: &mut usize) -> Result<Self::Value, Error>;
}

/// A part of what is selected, without its type.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Item(pub(super) Kind);

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Column(&'static ColumnDef),
    Aggregate(Call),
}

fn value<T: for<'a> FromSql<'a>>(row: &Row, at: &mut usize) -> Result<T, Error> {
    let place = *at;
    *at += 1;
    row.try_get(place).map_err(|error| {
        let name = row.columns().get(place).map_or("?", tokio_postgres::Column::name);
        let (number, rust) = (place + 1, std::any::type_name::<T>());
        let message =
            format!("value {number} (`{name}`) of a row cannot be read as `{rust}`: {}", chain(&error));
        Error::new(ErrorKind::Decode, message)
    })
}

impl<M, T: for<'a> FromSql<'a> + Send> Selected<M> for Column<M, T> {
    type Value = T;

    fn items(&self, items: &mut Vec<Item>) {
        items.push(Item(Kind::Column(self.def())));
    }

    fn read(row: &Row, at: &mut usize) -> Result<T, Error> {
        value(row, at)
    }
}

impl<M, V: for<'a> FromSql<'a> + Send> Selected<M> for Aggregate<M, V> {
    type Value = V;

    fn items(&self, items: &mut Vec<Item>) {
        items.push(Item(Kind::Aggregate(self.call().clone())));
    }

    fn read(row: &Row, at: &mut usize) -> Result<V, Error> {
        value(row, at)
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<Model, $($name: Selected<Model>),+> Selected<Model> for ($($name,)+) {
            type Value = ($($name::Value,)+);

            fn items(&self, items: &mut Vec<Item>) {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                $($name.items(items);)+
            }

            fn read(row: &Row, at: &mut usize) -> Result<Self::Value, Error> {
                Ok(($($name::read(row, at)?,)+))
            }
        }
    )* };
}

tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; A B C D E F G H I; A B C D E F G H I J;
    A B C D E F G H I J K; A B C D E F G H I J K L;
}
