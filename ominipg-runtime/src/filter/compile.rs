//! Conditions to SQL: the one place where it is done.

use tokio_postgres::types::Type;

use super::Expr;
use super::expr::{JsonTest, Test, invalid};
use crate::encode::{Slot, array_param};
use crate::error::Error;
use crate::param::Param;
use crate::schema::{ColumnDef, SqlType};
use crate::sql::{Shape, Sql};

impl Sql {
    /// Adds ` WHERE condition`, or nothing where every row meets it.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Result<&mut Self, Error> {
        match expr {
            Expr::Always(true) => Ok(self),
            expr => self.push(" WHERE ").expr(expr),
        }
    }

    /// Adds a condition.
    pub(crate) fn expr(&mut self, expr: &Expr) -> Result<&mut Self, Error> {
        match expr {
            Expr::Always(value) => Ok(self.push(if *value { "true" } else { "false" })),
            Expr::Column(column, test) => Ok(self.test(column, test)),
            Expr::Json(column, path, test) => self.json_test(column, path, test),
            Expr::Aggregate(call, operator, param) => {
                Ok(self.call(call)?.push(" ").push(operator).push(" ").param(param.clone()))
            }
            Expr::After(row) => self.after(row),
            Expr::Related(relation, filter) => self.related(relation, filter),
            Expr::Search(table, words) => Ok(self.search(table, words)),
            Expr::And(list) => self.join(list, " AND "),
            Expr::Or(list) => self.join(list, " OR "),
            Expr::Not(inner) => match &**inner {
                Expr::Column(column, Test::Null) => Ok(self.column(column).push(" IS NOT NULL")),
                // It is never unknown, and PostgreSQL makes a join of this form.
                Expr::Related(relation, filter) => self.push("NOT ").related(relation, filter),
                inner => Ok(self.push("(").expr(inner)?.push(") IS NOT TRUE")),
            },
            Expr::Invalid(message) => Err(invalid(message)),
        }
    }

    fn join(&mut self, list: &[Expr], operator: &str) -> Result<&mut Self, Error> {
        self.push("(");
        for (index, expr) in list.iter().enumerate() {
            self.push(if index == 0 { "" } else { operator }).expr(expr)?;
        }
        Ok(self.push(")"))
    }

    fn test(&mut self, column: &ColumnDef, test: &Test) -> &mut Self {
        match test {
            Test::Is(operator @ ("LIKE" | "ILIKE" | "~"), param) => {
                self.column(column).push(" ").push(operator).push(" ").param(param.clone())
            }
            Test::Is(operator, param) => {
                self.column(column).push(" ").push(operator).push(" ").value(column, param.clone())
            }
            Test::Differs(param) => {
                let operator = if column.nullable { " IS DISTINCT FROM " } else { " <> " };
                self.column(column).push(operator).value(column, param.clone())
            }
            Test::In(param) => self
                .column(column)
                .push(" = ANY(")
                .param(param.clone())
                .cast(column, column.ty, Shape::Array)
                .push(")"),
            Test::Has(param) => self
                .param(param.clone())
                .cast(column, column.ty.element(), Shape::Element)
                .push(" = ANY(")
                .column(column)
                .push(")"),
            Test::Null => self.column(column).push(" IS NULL"),
        }
    }

    fn json_test(
        &mut self,
        column: &ColumnDef,
        path: &[String],
        test: &JsonTest,
    ) -> Result<&mut Self, Error> {
        let path = path_param(path)?;
        Ok(match test {
            JsonTest::Equals(param) => self.place(column, &path, "#>").push(" = ").param(param.clone()),
            JsonTest::In(param) => {
                self.place(column, &path, "#>").push(" = ANY(").param(param.clone()).push(")")
            }
            JsonTest::Contains(param) => self.place(column, &path, "#>").push(" @> ").param(param.clone()),
            JsonTest::Exists => self.place(column, &path, "#>").push(" IS NOT NULL"),
            // The text form of JSON's null is NULL.
            JsonTest::Null => self.place(column, &path, "#>>").push(" IS NULL"),
            // jsonb has an order across types, which no reader of a filter expects.
            JsonTest::Order(operator, ty, param) => self
                .of_type(column, &path, ty)
                .place(column, &path, "#>")
                .push(" ")
                .push(operator)
                .push(" ")
                .param(param.clone())
                .push(")"),
            JsonTest::Text(operator, param) => self
                .of_type(column, &path, "string")
                .place(column, &path, "#>>")
                .push(" ")
                .push(operator)
                .push(" ")
                .param(param.clone())
                .push(")"),
        })
    }

    /// Adds `(column #> path)`.
    fn place(&mut self, column: &ColumnDef, path: &Param, operator: &str) -> &mut Self {
        self.push("(").column(column).push(" ").push(operator).push(" ").param(path.clone()).push(")")
    }

    /// Adds `(jsonb_typeof(column #> path) = 'type' AND `.
    fn of_type(&mut self, column: &ColumnDef, path: &Param, ty: &'static str) -> &mut Self {
        self.push("(jsonb_typeof").place(column, path, "#>").push(" = '").push(ty).push("' AND ")
    }
}

/// A path as a `text[]`.
fn path_param(path: &[String]) -> Result<Param, Error> {
    let mut slot = Slot::default();
    for key in path {
        let write =
            &mut |ty: &Type, out: &mut bytes::BytesMut| tokio_postgres::types::ToSql::to_sql(key, ty, out);
        slot.push(&Type::TEXT, write).map_err(|cause| invalid(&cause.to_string()))?;
    }
    array_param(SqlType::Text, &slot)
}

#[cfg(test)]
mod tests;
