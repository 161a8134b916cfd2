//! Conditions on related rows, as SQL.

use crate::crud::selection::Deleted;
use crate::error::Error;
use crate::filter::Expr;
use crate::schema::RelationDef;
use crate::sql::Sql;

impl Sql {
    /// Adds the condition that a related row meets `filter`.
    pub(crate) fn related(&mut self, relation: &RelationDef, filter: &Expr) -> Result<&mut Self, Error> {
        let outer = self.enter();
        let inner = self.alias().to_owned();
        self.push("EXISTS (SELECT FROM ").name(relation.target.name).push(" AS ").push(&inner);
        let (holder, columns, table) = match relation.through {
            None => (inner.clone(), relation.to, relation.target),
            Some(through) => {
                let between = format!("{inner}j");
                self.push(", ").name(through.table.name).push(" AS ").push(&between);
                (between, through.from, through.table)
            }
        };
        self.push(" WHERE ");
        // The row that is asked about is outside; its table is not said here, only its columns' names are.
        for (index, (&own, &other)) in relation.from.iter().zip(columns).enumerate() {
            self.push(if index == 0 { "" } else { " AND " }).push(&holder).push(".");
            self.name(table.columns[other].name).push(" = ").push(&outer).push(".");
            self.name(relation.source.columns[own].name);
        }
        if let Some(through) = relation.through {
            for (&between, &target) in through.to.iter().zip(relation.to) {
                self.push(" AND ").push(&holder).push(".").name(through.table.columns[between].name);
                self.push(" = ").column(&relation.target.columns[target]);
            }
        }
        for filter in [&Deleted::Left.condition(relation.target), filter] {
            if !matches!(filter, Expr::Always(true)) {
                self.push(" AND ").expr(filter)?;
            }
        }
        self.leave(outer);
        Ok(self.push(")"))
    }
}
