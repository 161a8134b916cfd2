use crate::encode::{ColumnSet, Encoder, array_param, slices};
use crate::error::Error;
use crate::param::Param;
use crate::schema::{SqlType, TableDef};
use crate::sql::{Shape, Sql, TABLE_ALIAS};

/// `INSERT` of one row.
pub(super) fn one(table: &TableDef, values: Encoder) -> Result<Sql, Error> {
    Ok(row(table, values.into_row()?))
}

/// The same, of values that are encoded already.
pub(super) fn row(table: &TableDef, row: Vec<(usize, Param)>) -> Sql {
    let mut sql = Sql::default();
    into(&mut sql, table, row.iter().map(|(column, _)| *column));
    if row.is_empty() {
        sql.push(" DEFAULT VALUES");
    } else {
        sql.push(" VALUES (");
        let mut first = true;
        for (column, param) in row {
            sql.comma(&mut first).value(&table.columns[column], param);
        }
        sql.push(")");
    }
    sql
}

/// `INSERT` of many rows that have the same columns set: one array parameter a column.
pub(super) fn many(
    table: &TableDef,
    columns: &ColumnSet,
    rows: &mut Encoder,
    count: usize,
) -> Result<Sql, Error> {
    rows.check()?;
    let mut sql = Sql::default();
    into(&mut sql, table, columns.iter());
    if columns.is_empty() {
        // No column is set, but some one must be named: any of them, with its default.
        return Ok(defaults(table, count));
    }
    let (mut selected, mut source) = (Sql::default(), Sql::default());
    let (mut first, mut place) = (true, 0);
    let mut sources = Vec::new();
    let mut flat = Vec::new();
    for column in columns.iter() {
        let def = &table.columns[column];
        selected.comma(&mut first);
        if let SqlType::Array(element) = def.ty {
            let parts = slices(*element, rows.column(column))?;
            flat.push(parts.elements);
            // The elements come before the rows' parameters, so their numbers are known here.
            selected.push(&format!("(${}::{})[u.c{place}:u.c{}]", flat.len(), def.ty.name(), place + 1));
            selected.cast(def, def.ty, Shape::Value);
            sources.extend([(SqlType::Int4, parts.lower), (SqlType::Int4, parts.upper)]);
            place += 2;
        } else {
            selected.push(&format!("u.c{place}")).cast(def, def.ty, Shape::Value);
            sources.push((def.ty, array_param(def.ty, rows.column(column))?.of(def)));
            place += 1;
        }
    }
    source.params = flat;
    let mut first = true;
    for (ty, param) in sources {
        source.comma(&mut first).param(param).push("::").push(ty.array_name());
    }
    sql.params = source.params;
    sql.push(" SELECT ").push(&selected.text).push(" FROM unnest(").push(&source.text).push(") AS u(");
    let mut first = true;
    for column in 0..place {
        sql.comma(&mut first).push(&format!("c{column}"));
    }
    // Rows of a function are inserted, and returned, in their order.
    sql.push(")");
    Ok(sql)
}

/// `INSERT INTO table AS t (columns)`
fn into(sql: &mut Sql, table: &TableDef, columns: impl Iterator<Item = usize>) {
    sql.push("INSERT INTO ").name(table.name).push(" AS ").push(TABLE_ALIAS);
    let mut first = true;
    for column in columns {
        sql.push(if first { " (" } else { ", " }).name(table.columns[column].name);
        first = false;
    }
    if !first {
        sql.push(")");
    }
}

fn defaults(table: &TableDef, count: usize) -> Sql {
    let mut sql = Sql::default();
    into(&mut sql, table, std::iter::once(0));
    sql.push(" VALUES ");
    for row in 0..count {
        sql.push(if row == 0 { "(DEFAULT)" } else { ", (DEFAULT)" });
    }
    sql
}
