//! MongoDB-style filters: JSON that may come from outside, so nothing in it is ignored or trusted.

mod field;
mod operator;
mod pattern;
mod place;
mod policy;
mod value;

use serde_json::{Map, Value};

use self::field::Field;
use self::place::Place;
pub use self::policy::JsonPolicy;
pub(crate) use self::policy::Limits;
use super::Expr;
use crate::error::Error;
use crate::schema::TableDef;

/// The deepest nesting.
const DEPTH: usize = 32;
/// The most conditions in one filter.
const CONDITIONS: usize = 1_000;

/// Reads a filter for rows of `table`.
pub(crate) fn parse(table: &'static TableDef, filter: &Value, limits: &Limits) -> Result<Expr, Error> {
    let depth = limits.depth.unwrap_or(DEPTH).min(DEPTH);
    Parser { table, limits, depth, conditions: 0 }.filter(&mut Place::default(), filter)
}

/// What is read so far.
struct Parser<'a> {
    table: &'static TableDef,
    limits: &'a Limits,
    depth: usize,
    conditions: usize,
}

impl Parser<'_> {
    /// An object of conditions that all hold.
    fn filter(&mut self, place: &mut Place, filter: &Value) -> Result<Expr, Error> {
        let Value::Object(entries) = filter else {
            return Err(place.error("a filter is an object"));
        };
        let mut conditions = Vec::new();
        for (key, value) in entries {
            conditions.push(place.inside(key, self.depth, |place| self.entry(place, key, value))?);
        }
        Ok(Expr::all(conditions))
    }

    fn entry(&mut self, place: &mut Place, key: &str, value: &Value) -> Result<Expr, Error> {
        match key {
            "$and" => Ok(Expr::all(self.filters(place, value)?)),
            "$or" => Ok(Expr::any(self.filters(place, value)?)),
            "$nor" => Ok(Expr::any(self.filters(place, value)?).negated()),
            "$not" => Ok(self.filter(place, value)?.negated()),
            _ if key.starts_with('$') => {
                Err(place.error("this operator is unknown here; known are $and, $or, $nor and $not"))
            }
            _ => {
                let field = Field::find(self.table, key)
                    .and_then(|field| self.limits.check_column(field.column).map(|()| field))
                    .map_err(|message| place.error(&message))?;
                self.field(place, &field, value)
            }
        }
    }

    fn filters(&mut self, place: &mut Place, value: &Value) -> Result<Vec<Expr>, Error> {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let mut filters = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    filters.push(
                        place.inside(&index.to_string(), self.depth, |place| self.filter(place, item))?,
                    );
                }
                Ok(filters)
            }
            _ => Err(place.error("this operator takes a list of filters that is not empty")),
        }
    }

    /// A value to be equal to, or an object of operators.
    fn field(&mut self, place: &mut Place, field: &Field, value: &Value) -> Result<Expr, Error> {
        match value {
            Value::Object(operators) if operators.keys().any(|key| key.starts_with('$')) => {
                self.operators(place, field, operators)
            }
            Value::Object(operators) if operators.is_empty() && !field.is_json() => {
                Err(place.error("an operator is missing"))
            }
            value => {
                self.count(place)?;
                self.limits.check_operator("$eq").map_err(|message| place.error(&message))?;
                field.operator("$eq", value).map_err(|message| place.error(&message))
            }
        }
    }

    fn operators(
        &mut self,
        place: &mut Place,
        field: &Field,
        operators: &Map<String, Value>,
    ) -> Result<Expr, Error> {
        let mut conditions = Vec::new();
        for (operator, operand) in operators {
            conditions.push(place.inside(operator, self.depth, |place| {
                self.count(place)?;
                match (operator.as_str(), operand) {
                    ("$not", Value::Object(inner)) if !inner.is_empty() => {
                        self.operators(place, field, inner).map(Expr::negated)
                    }
                    ("$not", _) => Err(place.error("$not takes an object of operators")),
                    (operator, operand) => {
                        self.limits.check_operator(operator).map_err(|message| place.error(&message))?;
                        field.operator(operator, operand).map_err(|message| place.error(&message))
                    }
                }
            })?);
        }
        Ok(Expr::all(conditions))
    }

    fn count(&mut self, place: &Place) -> Result<(), Error> {
        self.conditions += 1;
        let most = self.limits.conditions.unwrap_or(CONDITIONS).min(CONDITIONS);
        if self.conditions > most {
            return Err(place.error(&format!("the filter has more than {most} conditions")));
        }
        Ok(())
    }
}
