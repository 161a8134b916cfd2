use proc_macro2::{Ident, Span};
use syn::{Expr, Path};

use super::operator::Operator;

/// What `filter!` is given: a table's module, and a filter of its rows.
pub(super) struct Call {
    pub(super) table: Path,
    pub(super) filter: Filter,
}

/// Entries that all hold.
pub(super) struct Filter {
    pub(super) span: Span,
    pub(super) entries: Vec<Entry>,
}

/// A key and what follows it.
pub(super) enum Entry {
    /// All of these hold.
    And(Vec<Filter>),
    /// One of these holds.
    Or(Vec<Filter>),
    /// None of these holds.
    Nor(Vec<Filter>),
    /// This does not hold.
    Not(Filter),
    /// Tests of a column, which all hold.
    Column(Column, Vec<Test>),
}

/// A column, or a place in one.
pub(super) struct Column {
    pub(super) name: Ident,
    /// The keys and positions inside a JSON column, with dots between; empty for the column itself.
    pub(super) path: String,
}

/// A test of a column.
pub(super) enum Test {
    /// An operator with its operand.
    Operator(Operator, Span, Operand),
    /// These do not all hold.
    Not(Vec<Test>),
}

/// What an operator is given.
pub(super) enum Operand {
    /// `null`
    Null,
    /// `[…]`, whose elements may be `null`.
    List(Vec<Option<Expr>>),
    /// Anything else.
    Value(Expr),
}
