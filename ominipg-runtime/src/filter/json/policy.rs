use std::marker::PhantomData;

use crate::crud::Columns;
use crate::schema::ColumnDef;

/// What a JSON filter from outside may ask, for [`Find::filter_json_within`](crate::Find::filter_json_within).
///
/// `writeOnly` columns are never among it.
#[derive(Debug)]
pub struct JsonPolicy<M> {
    limits: Limits,
    model: PhantomData<fn() -> M>,
}

/// A policy without its table's type; `None` allows all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    columns: Option<Vec<&'static str>>,
    operators: Option<Vec<String>>,
    pub(super) depth: Option<usize>,
    pub(super) conditions: Option<usize>,
}

impl<M> Clone for JsonPolicy<M> {
    fn clone(&self) -> Self {
        Self { limits: self.limits.clone(), model: PhantomData }
    }
}

impl<M> Default for JsonPolicy<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> JsonPolicy<M> {
    /// A policy that allows everything that JSON filters can say.
    pub fn new() -> Self {
        Self { limits: Limits::default(), model: PhantomData }
    }

    /// Only these columns: a column, or a tuple of them.
    pub fn columns(mut self, columns: impl Columns<M>) -> Self {
        self.limits.columns = Some(columns.names());
        self
    }

    /// Only these operators on columns, such as `$eq` and `$gte`; `$and`, `$or`, `$nor` and `$not` are always there, and a plain
    /// value is `$eq`.
    pub fn operators<O: Into<String>>(mut self, operators: impl IntoIterator<Item = O>) -> Self {
        self.limits.operators = Some(operators.into_iter().map(Into::into).collect());
        self
    }

    /// At most so deep, where each key and each position in a list counts; 32 by default, and never more.
    pub fn depth(mut self, depth: usize) -> Self {
        self.limits.depth = Some(depth);
        self
    }

    /// At most so many conditions; 1,000 by default, and never more.
    pub fn conditions(mut self, conditions: usize) -> Self {
        self.limits.conditions = Some(conditions);
        self
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Limits {
    pub(super) fn check_column(&self, column: &ColumnDef) -> Result<(), String> {
        match &self.columns {
            Some(allowed) if !allowed.contains(&column.name) => {
                Err(format!("`{}` cannot be filtered by here", column.property))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_operator(&self, operator: &str) -> Result<(), String> {
        match &self.operators {
            Some(allowed) if !allowed.iter().any(|is| is == operator) => {
                Err(format!("{operator} cannot be used here; allowed are {}", allowed.join(", ")))
            }
            _ => Ok(()),
        }
    }
}
