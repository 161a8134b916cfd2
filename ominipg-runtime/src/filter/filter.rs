use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use super::Expr;

/// A condition on rows of `M`. Combine with `&`, `|` and `!`, or with the methods of the same meaning.
pub struct Filter<M> {
    pub(crate) expr: Expr,
    model: PhantomData<fn() -> M>,
}

impl<M> Filter<M> {
    pub(crate) fn new(expr: Expr) -> Self {
        Self { expr, model: PhantomData }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(Expr::all([self.expr, other.expr]))
    }

    /// One of both holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::new(Expr::any([self.expr, other.expr]))
    }

    /// It does not hold; rows where it is unknown because of a NULL are among these.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "it is implemented, and chains read better with a method"
    )]
    pub fn not(self) -> Self {
        Self::new(self.expr.negated())
    }

    /// Every filter holds; true where there is none.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Expr::all(filters.into_iter().map(|filter| filter.expr)))
    }

    /// One filter holds; false where there is none.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Expr::any(filters.into_iter().map(|filter| filter.expr)))
    }
}

impl<M> BitAnd for Filter<M> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl<M> BitOr for Filter<M> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl<M> Not for Filter<M> {
    type Output = Self;

    fn not(self) -> Self {
        Filter::not(self)
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self::new(self.expr.clone())
    }
}

impl<M> fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}
