use std::marker::PhantomData;

use super::Column;
use crate::param::Param;
use crate::schema::{ColumnDef, TableDef};

/// What rows are sorted by, and the direction.
#[derive(Debug)]
pub struct Order<M> {
    pub(crate) by: OrderBy,
    pub(crate) descending: bool,
    /// Whether NULL comes first; PostgreSQL's own choice where it is not said: last, or first when descending.
    pub(crate) nulls_first: Option<bool>,
    model: PhantomData<fn() -> M>,
}

/// What is sorted by.
#[derive(Debug, Clone)]
pub(crate) enum OrderBy {
    Column(&'static ColumnDef),
    /// How well rows fit a search.
    Search(&'static TableDef, Param),
}

impl<M> Order<M> {
    pub(super) fn by_search(table: &'static TableDef, words: Param) -> Self {
        Self { by: OrderBy::Search(table, words), descending: true, nulls_first: None, model: PhantomData }
    }

    /// Rows without a value come first.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        Self { nulls_first: Some(true), ..self }
    }

    /// Rows without a value come last.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        Self { nulls_first: Some(false), ..self }
    }
}

impl<M> Clone for Order<M> {
    fn clone(&self) -> Self {
        Self { by: self.by.clone(), ..*self }
    }
}

impl<M, T> Column<M, T> {
    /// Smallest first.
    pub fn asc(self) -> Order<M> {
        Order { by: OrderBy::Column(self.def), descending: false, nulls_first: None, model: PhantomData }
    }

    /// Largest first.
    pub fn desc(self) -> Order<M> {
        Order { descending: true, ..self.asc() }
    }
}

/// One order or several, the first being the most important.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of rows of `{M}`",
    note = "write `column().asc()`, `column().desc()`, or a tuple or `Vec` of these, all of one table"
)]
pub trait IntoOrder<M> {
    /// Lists the orders.
    fn into_order(self) -> Vec<Order<M>>;
}

impl<M> IntoOrder<M> for Order<M> {
    fn into_order(self) -> Vec<Order<M>> {
        vec![self]
    }
}

impl<M> IntoOrder<M> for Vec<Order<M>> {
    fn into_order(self) -> Vec<Order<M>> {
        self
    }
}

impl<M, const N: usize> IntoOrder<M> for [Order<M>; N] {
    fn into_order(self) -> Vec<Order<M>> {
        self.into()
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<Model, $($name: IntoOrder<Model>),+> IntoOrder<Model> for ($($name,)+) {
            fn into_order(self) -> Vec<Order<Model>> {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                let mut orders = Vec::new();
                $(orders.extend($name.into_order());)+
                orders
            }
        }
    )* };
}

tuples! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }
