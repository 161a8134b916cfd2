use crate::crud::selection::Sort;
use crate::filter::{Expr, Filter, IntoOrder};

/// Which related rows are wanted, and how they are sorted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) filter: Expr,
    pub(super) order: Vec<Sort>,
    pub(super) limit: Option<u64>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { filter: Expr::Always(true), order: Vec::new(), limit: None }
    }
}

impl Wanted {
    pub(super) fn filter<R>(&mut self, filter: Filter<R>) {
        let before = std::mem::replace(&mut self.filter, Expr::Always(true));
        self.filter = Expr::all([before, filter.expr]);
    }

    pub(super) fn order_by<R>(&mut self, order: impl IntoOrder<R>) {
        self.order.extend(order.into_order().into_iter().map(Sort::from));
    }

    /// The condition on related rows that this and `filter` make together.
    pub(super) fn and<R>(self, filter: Filter<R>) -> Expr {
        Expr::all([self.filter, filter.expr])
    }
}
