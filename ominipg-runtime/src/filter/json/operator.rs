use serde_json::Value;
use tokio_postgres::types::ToSql;

use super::field::Field;
use super::pattern;
use super::value::{Cell, NUL, cell, has_nul};
use crate::filter::Expr;
use crate::filter::expr::{JsonTest, Test, array_of};
use crate::filter::path::{json_array, json_param, order};
use crate::param::Param;
use crate::schema::SqlType;

/// The most values of one list.
const LIST: usize = 10_000;
/// The longest pattern, in bytes.
const PATTERN: usize = 1_000;

impl Field {
    /// The condition that an operator with its operand stands for.
    pub(super) fn operator(&self, operator: &str, operand: &Value) -> Result<Expr, String> {
        if has_nul(operand) {
            return Err(NUL.to_owned());
        }
        match operator {
            "$eq" => self.equal(operand),
            "$ne" => self.equal(operand).map(Expr::negated),
            "$in" => self.one_of(operator, operand),
            "$nin" => self.one_of(operator, operand).map(Expr::negated),
            "$gt" => self.compare(">", operand),
            "$gte" => self.compare(">=", operand),
            "$lt" => self.compare("<", operand),
            "$lte" => self.compare("<=", operand),
            "$like" => self.text("LIKE", operator, operand),
            "$ilike" => self.text("ILIKE", operator, operand),
            "$regex" => self.text("~", operator, operand),
            "$exists" => match operand {
                Value::Bool(true) => Ok(self.exists()),
                Value::Bool(false) => Ok(self.exists().negated()),
                _ => Err("$exists takes true or false".to_owned()),
            },
            _ => Err("this operator is unknown; known are $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $like, $ilike, \
                      $regex, $exists and $not"
                .to_owned()),
        }
    }

    fn equal(&self, operand: &Value) -> Result<Expr, String> {
        if operand.is_null() {
            return Ok(self.null());
        }
        if self.is_json() {
            return json_param(operand).map(|param| self.json(JsonTest::Equals(param)));
        }
        match (self.column.ty, operand) {
            (SqlType::Array(_), Value::Array(items)) => {
                let cells = self.cells(items)?;
                let values: Vec<&dyn ToSql> = cells.iter().map(|cell| cell.as_ref() as &dyn ToSql).collect();
                let param = array_of(self.column, self.column.ty.element(), &values)?;
                Ok(self.test(Test::Is("=", param)))
            }
            // As in MongoDB, one value is looked for among the elements.
            (SqlType::Array(_), _) => Ok(self.test(Test::Has(self.param(operand)?))),
            _ => Ok(self.test(Test::Is("=", self.param(operand)?))),
        }
    }

    fn compare(&self, operator: &'static str, operand: &Value) -> Result<Expr, String> {
        if self.is_json() {
            return order(operator, operand).map(|test| self.json(test));
        }
        if matches!(self.column.ty, SqlType::Array(_) | SqlType::Bool | SqlType::Inet) {
            return Err(format!("values of `{}` have no order", self.column.property));
        }
        Ok(self.test(Test::Is(operator, self.param(operand)?)))
    }

    fn one_of(&self, operator: &str, operand: &Value) -> Result<Expr, String> {
        let Value::Array(items) = operand else { return Err(format!("{operator} takes a list")) };
        if items.len() > LIST {
            return Err(format!("{operator} takes at most {LIST} values"));
        }
        let (nulls, values): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| item.is_null());
        let values: Vec<Value> = values.into_iter().cloned().collect();
        let listed = if self.is_json() {
            self.json(JsonTest::In(json_array(self.column, &values)?))
        } else {
            let cells = self.cells(&values)?;
            let cells: Vec<&dyn ToSql> = cells.iter().map(|cell| cell.as_ref() as &dyn ToSql).collect();
            let param = array_of(self.column, self.column.ty.element(), &cells)?;
            // As in MongoDB, a list is looked for among the elements of an array.
            let array = matches!(self.column.ty, SqlType::Array(_));
            self.test(if array { Test::Is("&&", param) } else { Test::In(param) })
        };
        Ok(if nulls.is_empty() { listed } else { Expr::any([listed, self.null()]) })
    }

    fn text(&self, sql: &'static str, operator: &str, operand: &Value) -> Result<Expr, String> {
        let Value::String(pattern) = operand else { return Err(format!("{operator} takes a string")) };
        if pattern.len() > PATTERN {
            return Err(format!("{operator} takes at most {PATTERN} bytes"));
        }
        // PostgreSQL would find that out only at a row.
        if sql != "~" && pattern.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1 {
            return Err(format!(
                "{operator} takes no pattern that ends with `\\`: a character must follow it"
            ));
        }
        if sql == "~" {
            pattern::check(pattern).map_err(|why| format!("{operator} takes a regular expression: {why}"))?;
        }
        if self.is_json() {
            return Ok(self.json(JsonTest::Text(sql, Param::text(pattern))));
        }
        if self.column.ty != SqlType::Text {
            return Err(format!("{operator} is for text, and `{}` is none", self.column.property));
        }
        Ok(self.test(Test::Is(sql, Param::text(pattern))))
    }

    fn exists(&self) -> Expr {
        if self.path.is_empty() { self.test(Test::Null).negated() } else { self.json(JsonTest::Exists) }
    }

    fn null(&self) -> Expr {
        if self.is_json() { self.json(JsonTest::Null) } else { self.test(Test::Null) }
    }

    fn test(&self, test: Test) -> Expr {
        Expr::Column(self.column, test)
    }

    fn json(&self, test: JsonTest) -> Expr {
        Expr::Json(self.column, self.path.clone(), test)
    }

    /// A value of the column, or an element where it is an array.
    fn param(&self, value: &Value) -> Result<Param, String> {
        let ty = self.column.ty.element();
        let cell = self.cell(value)?;
        Param::encode(cell.as_ref(), ty.wire()).map_err(|cause| cause.to_string())
    }

    fn cells(&self, values: &[Value]) -> Result<Vec<Cell>, String> {
        values.iter().map(|value| self.cell(value)).collect()
    }

    fn cell(&self, value: &Value) -> Result<Cell, String> {
        let values = self.column.values;
        if let Value::String(text) = value
            && !values.is_empty()
            && !values.contains(&text.as_str())
        {
            let listed = values.join(", ");
            return Err(format!("`{text}` is no value of `{}`; known are {listed}", self.column.property));
        }
        cell(self.column.ty.element(), value)
    }
}
