use std::collections::HashMap;

use crate::crud::rows::decode_all;
use crate::crud::selection::{Sort, from, order_by};
use crate::encode::{Encoder, Slot, array_param, key_bytes};
use crate::error::Error;
use crate::filter::Expr;
use crate::model::{Encode, Model};
use crate::param::Param;
use crate::schema::{RelationDef, TableDef};
use crate::session::Session;
use crate::sql::{Shape, Sql, TABLE_ALIAS};

/// Which related rows are wanted, and how they are sorted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) filter: Expr,
    pub(super) order: Vec<Sort>,
    pub(super) limit: Option<u64>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { filter: Expr::Always(true), order: Vec::new(), limit: None }
    }
}

/// Loads the rows of `R` that belong to each of `rows`, in one query.
pub(super) async fn load<M: Model, R: Model>(
    session: Session<'_>,
    relation: &RelationDef,
    wanted: &Wanted,
    rows: &[M],
) -> Result<Vec<Vec<R>>, Error> {
    let keys = Keys::of(M::TABLE, relation.from, rows)?;
    let mut groups: Vec<Vec<R>> = Vec::new();
    groups.resize_with(keys.distinct.len(), Vec::new);
    if !keys.distinct.is_empty() {
        let found: Vec<R> = decode_all(&session.rows(keys.statement(relation, wanted)?).await?)?;
        let places = Keys::of(R::TABLE, relation.to, &found)?;
        for (row, key) in found.into_iter().zip(places.keys) {
            if let Some(place) = key.and_then(|key| keys.distinct.get(&key)) {
                groups[*place].push(row);
            }
        }
    }
    Ok(keys.hand_out(groups))
}

/// The keys of many rows, as bytes that are equal where the keys are.
struct Keys {
    table: &'static TableDef,
    columns: &'static [usize],
    encoder: Encoder,
    /// Each row's key; `None` where a part is NULL.
    keys: Vec<Option<Vec<u8>>>,
    /// Each key once, numbered in the order it was found.
    distinct: HashMap<Vec<u8>, usize>,
    /// The row that each number was found at.
    found_at: Vec<usize>,
}

impl Keys {
    fn of<E: Encode>(table: &'static TableDef, columns: &'static [usize], rows: &[E]) -> Result<Self, Error> {
        let mut encoder = Encoder::only(table, columns);
        for row in rows {
            row.encode(&mut encoder);
        }
        encoder.check()?;
        let (mut keys, mut distinct, mut found_at) =
            (Vec::with_capacity(rows.len()), HashMap::new(), Vec::new());
        {
            let mut parts: Vec<_> = columns.iter().map(|&column| encoder.column(column).elements()).collect();
            for index in 0..rows.len() {
                let part = |(column, elements): (&usize, &mut _)| {
                    let elements: &mut crate::encode::Elements<'_> = elements;
                    (table.columns[*column].ty, elements.next().flatten())
                };
                let key = key_bytes(&columns.iter().zip(&mut parts).map(part).collect::<Vec<_>>());
                if let Some(key) = &key
                    && !distinct.contains_key(key)
                {
                    distinct.insert(key.clone(), found_at.len());
                    found_at.push(index);
                }
                keys.push(key);
            }
        }
        Ok(Self { table, columns, encoder, keys, distinct, found_at })
    }

    /// The parts of the distinct keys, one array for each column.
    fn params(&self) -> Result<Vec<Param>, Error> {
        let array = |&column: &usize| {
            let ty = self.table.columns[column].ty;
            let mut slot = Slot::default();
            let mut wanted = self.found_at.iter().peekable();
            for (index, element) in self.encoder.column(column).elements().enumerate() {
                if wanted.next_if_eq(&&index).is_some() {
                    slot.push_raw(element);
                }
            }
            array_param(ty, &slot)
        };
        self.columns.iter().map(array).collect()
    }

    fn statement(&self, relation: &RelationDef, wanted: &Wanted) -> Result<Sql, Error> {
        let target = relation.target;
        let mut sql = Sql::default();
        sql.push("SELECT ").columns(target);
        let Some(limit) = wanted.limit else {
            from(&mut sql, target);
            self.condition(&mut sql, relation, &wanted.filter)?;
            order_by(&mut sql, &wanted.order)?;
            return Ok(sql);
        };
        let rank = rank_name(target);
        sql.push(" FROM (SELECT ").push(TABLE_ALIAS).push(".*, row_number() OVER (PARTITION BY ");
        let mut first = true;
        for &column in relation.to {
            sql.comma(&mut first).column(&target.columns[column]);
        }
        order_by(&mut sql, &wanted.order)?;
        from(sql.push(") AS ").name(&rank), target);
        self.condition(&mut sql, relation, &wanted.filter)?;
        sql.push(") AS ").push(TABLE_ALIAS).push(" WHERE ").push(TABLE_ALIAS).push(".").name(&rank);
        sql.push(" <= ").param(Param::count(limit));
        sql.push(" ORDER BY ").push(TABLE_ALIAS).push(".").name(&rank);
        Ok(sql)
    }

    fn condition(&self, sql: &mut Sql, relation: &RelationDef, filter: &Expr) -> Result<(), Error> {
        let target = relation.target;
        let mut params = self.params()?;
        sql.push(" WHERE ");
        if let (&[to], Some(param)) = (relation.to, params.pop_if(|_| relation.to.len() == 1)) {
            let column = &target.columns[to];
            let ty = self.table.columns[self.columns[0]].ty;
            sql.column(column).push(" = ANY(").param(param).cast(column, ty, Shape::Array).push(")");
        } else {
            sql.push("(");
            let mut first = true;
            for &to in relation.to {
                sql.comma(&mut first).column(&target.columns[to]);
            }
            sql.push(") IN (SELECT ");
            let mut first = true;
            for (place, (&to, &own)) in relation.to.iter().zip(self.columns).enumerate() {
                let ty = self.table.columns[own].ty;
                sql.comma(&mut first).push(&format!("k.c{place}")).cast(
                    &target.columns[to],
                    ty,
                    Shape::Value,
                );
            }
            sql.push(" FROM unnest(");
            let mut first = true;
            for (param, &own) in params.into_iter().zip(self.columns) {
                sql.comma(&mut first).param(param).push("::").push(self.table.columns[own].ty.array_name());
            }
            sql.push(") AS k(");
            let mut first = true;
            for place in 0..relation.to.len() {
                sql.comma(&mut first).push(&format!("c{place}"));
            }
            sql.push("))");
        }
        if !matches!(filter, Expr::Always(true)) {
            sql.push(" AND ").expr(filter)?;
        }
        Ok(())
    }

    /// Gives each row its group; only rows that share a key cost a copy.
    fn hand_out<R: Clone>(self, mut groups: Vec<Vec<R>>) -> Vec<Vec<R>> {
        let places: Vec<_> = self
            .keys
            .iter()
            .map(|key| key.as_ref().and_then(|key| self.distinct.get(key)).copied())
            .collect();
        let mut uses = vec![0_usize; groups.len()];
        places.iter().flatten().for_each(|&place| uses[place] += 1);
        let mut give = |place: Option<usize>| {
            let Some(place) = place else { return Vec::new() };
            uses[place] -= 1;
            if uses[place] == 0 { std::mem::take(&mut groups[place]) } else { groups[place].clone() }
        };
        places.into_iter().map(&mut give).collect()
    }
}

/// A column name that the table does not have.
fn rank_name(table: &TableDef) -> String {
    let mut name = "rank".to_owned();
    while table.columns.iter().any(|column| column.name == name) {
        name.push('_');
    }
    name
}
