//! Related rows of many rows in one query.

use tokio_postgres::Row;

use super::Relations;
use super::keys::{Keys, has_one_form, key_at};
use super::wanted::Wanted;
use crate::crud::rows::ReadRows;
use crate::crud::selection::{Deleted, from, order_by};
use crate::error::Error;
use crate::filter::Expr;
use crate::model::Model;
use crate::param::Param;
use crate::schema::{RelationDef, SqlType, TableDef, ThroughDef};
use crate::session::{Rows, Session};
use crate::sql::{Shape, Sql, TABLE_ALIAS, THROUGH_ALIAS};

/// Loads the rows of `R` that belong to each of `rows`, in one query, and what is nested in them, in one query each.
pub(super) async fn load<M: Model, R: Model, N: Relations<R>>(
    session: Session<'_>,
    relation: &'static RelationDef,
    wanted: &Wanted,
    nested: &N,
    rows: &[M],
) -> Result<Vec<Vec<N::Row>>, Error> {
    let keys = Keys::of(M::TABLE, relation.from, rows)?;
    let mut groups: Vec<Vec<N::Row>> = Vec::new();
    if !keys.distinct.is_empty() {
        let columns = key_columns(relation);
        let by_bytes = relation.through.is_some() || columns.iter().all(|&(_, ty)| has_one_form(ty));
        let mut related = Related {
            found: ReadRows::<R>::new(session),
            keys: &keys,
            columns: if by_bytes { columns } else { Vec::new() },
            places: Vec::new(),
            failed: None,
        };
        session.read(statement(&keys, relation, wanted)?, &mut related).await?;
        let (found, places) = related.finish()?;
        let places = if by_bytes { places } else { keys.places_of(R::TABLE, relation.to, &found)? };
        let mut sizes = vec![0; keys.distinct.len()];
        places.iter().flatten().for_each(|&place| sizes[place] += 1);
        groups.extend(sizes.into_iter().map(Vec::with_capacity));
        // Behind a pointer, or futures would grow with every level, and several of them stand side by side.
        let found = Box::pin(nested.load(session, found)).await?;
        for (row, place) in found.into_iter().zip(places) {
            if let Some(place) = place {
                groups[place].push(row);
            }
        }
    }
    Ok(keys.hand_out(groups))
}

/// Reads related rows, and finds whom they belong to, as they come.
struct Related<'a, R> {
    found: ReadRows<R>,
    keys: &'a Keys,
    /// Those whose bytes are the key; none where the rows have to be looked at afterwards.
    columns: Vec<(usize, SqlType)>,
    /// The number of each row's key.
    places: Vec<Option<usize>>,
    failed: Option<Error>,
}

impl<R: Model> Related<'_, R> {
    fn finish(self) -> Result<(Vec<R>, Vec<Option<usize>>), Error> {
        let found = self.found.finish()?;
        self.failed.map_or(Ok((found, self.places)), Err)
    }
}

impl<R: Model> Rows for Related<'_, R> {
    fn begin(&mut self) {
        self.found.begin();
        self.places.clear();
        self.failed = None;
    }

    fn take(&mut self, row: Row) {
        if !self.columns.is_empty() {
            match key_at(&row, &self.columns) {
                Ok(key) => self.places.push(key.and_then(|key| self.keys.place(key))),
                Err(error) => self.failed = Some(error),
            }
        }
        self.found.take(row);
    }
}

/// The columns of a statement's rows that say to which key they belong, and their types.
fn key_columns(relation: &RelationDef) -> Vec<(usize, SqlType)> {
    let all = relation.target.columns;
    match relation.through {
        None => relation.to.iter().map(|&column| (column, all[column].ty)).collect(),
        Some(through) => {
            let types = through.from.iter().map(|&column| through.table.columns[column].ty);
            (all.len()..).zip(types).collect()
        }
    }
}

/// Where the columns are that hold the key of a row that is related to.
struct Side {
    alias: &'static str,
    table: &'static TableDef,
    columns: &'static [usize],
}

fn statement(keys: &Keys, relation: &RelationDef, wanted: &Wanted) -> Result<Sql, Error> {
    let target = relation.target;
    let side = match relation.through {
        None => Side { alias: TABLE_ALIAS, table: target, columns: relation.to },
        Some(through) => Side { alias: THROUGH_ALIAS, table: through.table, columns: through.from },
    };
    let key_names: Vec<String> = relation
        .through
        .iter()
        .flat_map(|through| 0..through.from.len())
        .map(|n| fresh(target, &format!("key{n}")))
        .collect();
    let mut sql = Sql::default();
    sql.push("SELECT ").columns(target);
    let Some(limit) = wanted.limit else {
        if relation.through.is_some() {
            for &column in side.columns {
                sql.push(", ").push(side.alias).push(".").name(side.table.columns[column].name);
            }
        }
        from(&mut sql, target);
        join(&mut sql, relation, relation.through);
        condition(&mut sql, keys, &side, target, &wanted.filter)?;
        order_by(&mut sql, &wanted.order)?;
        return Ok(sql);
    };
    let rank = fresh(target, "rank");
    for name in &key_names {
        sql.push(", ").push(TABLE_ALIAS).push(".").name(name);
    }
    sql.push(" FROM (SELECT ").push(TABLE_ALIAS).push(".*");
    for (name, &column) in key_names.iter().zip(side.columns) {
        sql.push(", ")
            .push(side.alias)
            .push(".")
            .name(side.table.columns[column].name)
            .push(" AS ")
            .name(name);
    }
    sql.push(", row_number() OVER (PARTITION BY ");
    let mut first = true;
    for &column in side.columns {
        sql.comma(&mut first).push(side.alias).push(".").name(side.table.columns[column].name);
    }
    order_by(&mut sql, &wanted.order)?;
    from(sql.push(") AS ").name(&rank), target);
    join(&mut sql, relation, relation.through);
    condition(&mut sql, keys, &side, target, &wanted.filter)?;
    sql.push(") AS ").push(TABLE_ALIAS).push(" WHERE ").push(TABLE_ALIAS).push(".").name(&rank);
    sql.push(" <= ").param(Param::count(limit));
    sql.push(" ORDER BY ").push(TABLE_ALIAS).push(".").name(&rank);
    Ok(sql)
}

/// ` JOIN` of the table between, where there is one.
fn join(sql: &mut Sql, relation: &RelationDef, through: Option<&ThroughDef>) {
    let Some(through) = through else { return };
    sql.push(" JOIN ").name(through.table.name).push(" AS ").push(THROUGH_ALIAS).push(" ON ");
    let mut first = true;
    for (&between, &target) in through.to.iter().zip(relation.to) {
        sql.push(if first { "" } else { " AND " }).push(THROUGH_ALIAS).push(".");
        sql.name(through.table.columns[between].name).push(" = ").column(&relation.target.columns[target]);
        first = false;
    }
}

/// ` WHERE` the key is one of those that are asked for, and the row is wanted.
fn condition(
    sql: &mut Sql,
    keys: &Keys,
    side: &Side,
    target: &'static TableDef,
    filter: &Expr,
) -> Result<(), Error> {
    let mut params = keys.params()?;
    let types = keys.types();
    let column = |sql: &mut Sql, at: usize| {
        sql.push(side.alias).push(".").name(side.table.columns[at].name);
    };
    sql.push(" WHERE ");
    if let (&[to], Some(param)) = (side.columns, params.pop_if(|_| side.columns.len() == 1)) {
        column(sql, to);
        sql.push(" = ANY(").param(param).cast(&side.table.columns[to], types[0], Shape::Array).push(")");
    } else {
        sql.push("(");
        let mut first = true;
        for &to in side.columns {
            column(sql.comma(&mut first), to);
        }
        sql.push(") IN (SELECT ");
        let mut first = true;
        for (place, (&to, &ty)) in side.columns.iter().zip(&types).enumerate() {
            sql.comma(&mut first).push(&format!("k.c{place}")).cast(
                &side.table.columns[to],
                ty,
                Shape::Value,
            );
        }
        sql.push(" FROM unnest(");
        let mut first = true;
        for (param, ty) in params.into_iter().zip(&types) {
            sql.comma(&mut first).param(param).push("::").push(ty.array_name());
        }
        sql.push(") AS k(");
        let mut first = true;
        for place in 0..side.columns.len() {
            sql.comma(&mut first).push(&format!("c{place}"));
        }
        sql.push("))");
    }
    for filter in [&Deleted::Left.condition(target), filter] {
        if !matches!(filter, Expr::Always(true)) {
            sql.push(" AND ").expr(filter)?;
        }
    }
    Ok(())
}

/// A column name that the table does not have.
fn fresh(table: &TableDef, name: &str) -> String {
    let mut name = name.to_owned();
    while table.columns.iter().any(|column| column.name == name) {
        name.push('_');
    }
    name
}
