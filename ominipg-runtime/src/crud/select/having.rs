use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use crate::filter::Expr;

/// A condition on groups of rows of `M`. Combine with `&`, `|` and `!`.
#[must_use = "pass it to `having`"]
pub struct Having<M> {
    pub(super) expr: Expr,
    model: PhantomData<fn() -> M>,
}

impl<M> Having<M> {
    pub(super) fn new(expr: Expr) -> Self {
        Self { expr, model: PhantomData }
    }
}

impl<M> BitAnd for Having<M> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::new(Expr::all([self.expr, other.expr]))
    }
}

impl<M> BitOr for Having<M> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::new(Expr::any([self.expr, other.expr]))
    }
}

impl<M> Not for Having<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(self.expr.negated())
    }
}
