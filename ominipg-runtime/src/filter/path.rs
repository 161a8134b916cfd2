use std::marker::PhantomData;

use serde_json::Value;
use tokio_postgres::types::Type;

use super::column::escape_like;
use super::expr::JsonTest;
use super::{Expr, Filter};
use crate::param::Param;
use crate::schema::{ColumnDef, SqlType};
use crate::value::Json;

/// A place inside a JSON column; the start of a filter.
#[derive(Debug, Clone)]
pub struct JsonPath<M> {
    column: &'static ColumnDef,
    path: Vec<String>,
    model: PhantomData<fn() -> M>,
}

impl<M> JsonPath<M> {
    pub(super) fn new(column: &'static ColumnDef, path: &str) -> Self {
        Self { column, path: path.split('.').map(str::to_owned).collect(), model: PhantomData }
    }

    fn filter(self, test: Result<JsonTest, String>) -> Filter<M> {
        Filter::new(match test {
            Ok(test) => Expr::Json(self.column, self.path, test),
            Err(message) => Expr::Invalid(message),
        })
    }

    /// Equal to this JSON.
    pub fn eq(self, value: impl Into<Value>) -> Filter<M> {
        self.filter(json_param(&value.into()).map(JsonTest::Equals))
    }

    /// Not equal to this JSON, or not there.
    pub fn ne(self, value: impl Into<Value>) -> Filter<M> {
        self.eq(value).not()
    }

    /// Equal to one of these.
    pub fn in_<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        let test = json_array(self.column, &values).map(JsonTest::In);
        self.filter(test)
    }

    /// Equal to none of these, or not there.
    pub fn not_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter<M> {
        self.in_(values).not()
    }

    /// A number or string greater than this one.
    pub fn gt(self, value: impl Into<Value>) -> Filter<M> {
        self.filter(order(">", &value.into()))
    }

    /// A number or string greater than or equal to this one.
    pub fn gte(self, value: impl Into<Value>) -> Filter<M> {
        self.filter(order(">=", &value.into()))
    }

    /// A number or string less than this one.
    pub fn lt(self, value: impl Into<Value>) -> Filter<M> {
        self.filter(order("<", &value.into()))
    }

    /// A number or string less than or equal to this one.
    pub fn lte(self, value: impl Into<Value>) -> Filter<M> {
        self.filter(order("<=", &value.into()))
    }

    /// A string that matches a pattern with `%` and `_`.
    pub fn like(self, pattern: &str) -> Filter<M> {
        self.filter(Ok(JsonTest::Text("LIKE", Param::text(pattern))))
    }

    /// A string that matches a pattern with `%` and `_`, upper and lower case being the same.
    pub fn ilike(self, pattern: &str) -> Filter<M> {
        self.filter(Ok(JsonTest::Text("ILIKE", Param::text(pattern))))
    }

    /// A string that starts with exactly this text.
    pub fn starts_with(self, text: &str) -> Filter<M> {
        self.like(&(escape_like(text) + "%"))
    }

    /// A string that matches a POSIX regular expression.
    pub fn regex(self, pattern: &str) -> Filter<M> {
        self.filter(Ok(JsonTest::Text("~", Param::text(pattern))))
    }

    /// An object or array that contains this JSON.
    pub fn contains(self, value: impl Into<Value>) -> Filter<M> {
        self.filter(json_param(&value.into()).map(JsonTest::Contains))
    }

    /// Something is there, be it JSON's null.
    pub fn exists(self) -> Filter<M> {
        self.filter(Ok(JsonTest::Exists))
    }

    /// Nothing is there, or JSON's null.
    pub fn is_null(self) -> Filter<M> {
        self.filter(Ok(JsonTest::Null))
    }
}

/// A JSON value as a parameter.
pub(super) fn json_param(value: &Value) -> Result<Param, String> {
    Param::encode(&Json(value), Type::JSONB).map_err(|cause| cause.to_string())
}

/// JSON values as one array parameter.
pub(super) fn json_array(column: &ColumnDef, values: &[Value]) -> Result<Param, String> {
    let values: Vec<Json<&Value>> = values.iter().map(Json).collect();
    let values: Vec<_> = values.iter().map(|value| value as &dyn tokio_postgres::types::ToSql).collect();
    super::expr::array_of(column, SqlType::Jsonb, &values)
}

/// A comparison, which only numbers and strings have.
pub(super) fn order(operator: &'static str, value: &Value) -> Result<JsonTest, String> {
    let ty = match value {
        Value::Number(_) => "number",
        Value::String(_) => "string",
        _ => return Err("JSON values are ordered only as numbers or strings".to_owned()),
    };
    Ok(JsonTest::Order(operator, ty, json_param(value)?))
}
