use crate::crud::{Call, Key};
use crate::encode::{Slot, array_param};
use crate::error::{Error, ErrorKind};
use crate::param::Param;
use crate::schema::{ColumnDef, RelationDef, SqlType, TableDef};
use tokio_postgres::types::ToSql;

/// A condition without its table's type: plain data that becomes SQL in one place.
#[derive(Debug, Clone)]
pub(crate) enum Expr {
    /// Holds for every row, or for none.
    Always(bool),
    /// A test of a column.
    Column(&'static ColumnDef, Test),
    /// A test of what stands at a path in a JSON column.
    Json(&'static ColumnDef, Vec<String>, JsonTest),
    /// What is computed over a group, compared with a value.
    Aggregate(Box<Call>, &'static str, Param),
    /// The row comes after one with these values, in the order of the keys.
    After(Vec<(Key, Param)>),
    /// A related row meets the condition.
    Related(&'static RelationDef, Box<Expr>),
    /// The row has these words.
    Search(&'static TableDef, Param),
    /// All of these hold.
    And(Vec<Expr>),
    /// One of these holds.
    Or(Vec<Expr>),
    /// This does not hold, or is unknown because of a NULL.
    Not(Box<Expr>),
    /// A value could not be encoded; the statement is not sent.
    Invalid(String),
}

/// A test of a column.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// `column operator value`; unknown where the column is NULL.
    Is(&'static str, Param),
    /// Another value, or NULL.
    Differs(Param),
    /// One of the elements of an array parameter.
    In(Param),
    /// An element of the array column.
    Has(Param),
    /// NULL.
    Null,
}

/// A test of a JSON value inside a column.
#[derive(Debug, Clone)]
pub(crate) enum JsonTest {
    /// Equal to a JSON value.
    Equals(Param),
    /// Compares values of one JSON type: `number` or `string`.
    Order(&'static str, &'static str, Param),
    /// One of the elements of a `jsonb[]` parameter.
    In(Param),
    /// A text operator on a string.
    Text(&'static str, Param),
    /// Contains a JSON value, as PostgreSQL's `@>` has it.
    Contains(Param),
    /// Something is there, be it JSON's null.
    Exists,
    /// Nothing is there, or JSON's null.
    Null,
}

impl Expr {
    /// A test with one value.
    pub(crate) fn with(
        column: &'static ColumnDef,
        ty: SqlType,
        value: &dyn ToSql,
        test: impl FnOnce(Param) -> Test,
    ) -> Self {
        match encode(column, ty, value) {
            Ok(param) => Self::Column(column, test(param)),
            Err(message) => Self::Invalid(message),
        }
    }

    /// A related row meets a condition.
    pub(crate) fn related(relation: &'static RelationDef, filter: Self) -> Self {
        match filter {
            Self::Always(false) => Self::Always(false),
            filter => Self::Related(relation, Box::new(filter)),
        }
    }

    /// `column = one of values`.
    pub(crate) fn one_of(column: &'static ColumnDef, values: &[&dyn ToSql]) -> Self {
        if let SqlType::Array(_) = column.ty {
            let equal =
                |value: &&dyn ToSql| Self::with(column, column.ty, *value, |param| Test::Is("=", param));
            return Self::any(values.iter().map(equal));
        }
        match array_of(column, column.ty, values) {
            Ok(param) => Self::Column(column, Test::In(param)),
            Err(message) => Self::Invalid(message),
        }
    }

    /// A test with values, each of the column's type, or of its elements' where it is an array.
    pub(crate) fn among<T: ToSql>(
        column: &'static ColumnDef,
        values: &[T],
        test: impl FnOnce(Param) -> Test,
    ) -> Self {
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        match array_of(column, column.ty.element(), &values) {
            Ok(param) => Self::Column(column, test(param)),
            Err(message) => Self::Invalid(message),
        }
    }

    /// Every condition holds; true where there is none.
    pub(crate) fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut conditions =
            conditions.into_iter().filter(|condition| !matches!(condition, Self::Always(true)));
        let Some(first) = conditions.next() else { return Self::Always(true) };
        let Some(second) = conditions.next() else { return first };
        let mut list = Vec::new();
        for condition in [first, second].into_iter().chain(conditions) {
            match condition {
                Self::And(inner) => list.extend(inner),
                other => list.push(other),
            }
        }
        Self::And(list)
    }

    /// One condition holds; false where there is none.
    pub(crate) fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut list = Vec::new();
        for condition in conditions {
            match condition {
                Self::Always(false) => {}
                Self::Always(true) => return Self::Always(true),
                Self::Or(inner) => list.extend(inner),
                other => list.push(other),
            }
        }
        match list.len() {
            0 => Self::Always(false),
            1 => list.remove(0),
            _ => Self::Or(list),
        }
    }

    /// The opposite; a row whose test is unknown because of a NULL is in it.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Always(value) => Self::Always(!value),
            other => Self::Not(Box::new(other)),
        }
    }
}

fn encode(column: &ColumnDef, ty: SqlType, value: &dyn ToSql) -> Result<Param, String> {
    Param::encode(value, ty.wire())
        .map(|param| param.of(column))
        .map_err(|cause| format!("a value compared with column `{}` (`{}`): {cause}", column.name, ty.name()))
}

/// The values as one array parameter.
pub(crate) fn array_of(column: &ColumnDef, element: SqlType, values: &[&dyn ToSql]) -> Result<Param, String> {
    let mut elements = Slot::default();
    let ty = element.wire();
    for value in values {
        let pushed = elements.push(&ty, &mut |ty, out| value.to_sql_checked(ty, out));
        pushed.map_err(|cause| format!("a value compared with column `{}`: {cause}", column.name))?;
    }
    let param = array_param(element, &elements).map_err(|error: Error| error.to_string())?;
    Ok(param.of(column))
}

/// The error that an [`Expr::Invalid`] stands for.
pub(crate) fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::Parameter, message)
}
