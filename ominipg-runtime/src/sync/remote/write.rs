//! The statements that write staged rows into a server's table, for rows that nobody else has written since.

use tokio_postgres::types::Type;

use super::catalog::ServerTable;
use super::plan::{Plan, PlanColumn};
use super::stage::{StageColumn, Staged};
use crate::error::Error;
use crate::param::{Param, Params};
use crate::session::{Session, Transaction};
use crate::sync::core::ReplicaId;

/// The number of a whole number as a parameter.
pub(super) fn int8(value: i64) -> Param {
    Param::new(Type::INT8, Some(bytes::Bytes::copy_from_slice(&value.to_be_bytes())))
}

/// The number that a server knows a replica by.
pub(super) fn number(replica: ReplicaId) -> i64 {
    replica.get().cast_signed()
}

/// What became of staged rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    /// Those that were ours to write.
    pub(super) claimed: u64,
    /// Those that the table then took.
    pub(super) done: u64,
    /// Those that the table should have taken.
    pub(super) due: u64,
}

/// A column of the stage for the time of an edit, before those of the row.
pub(super) fn time_column() -> StageColumn {
    StageColumn { ty: Type::INT8, type_name: "int8".to_owned() }
}

/// The columns of a stage: the time of the edit, then those of the plan.
pub(super) fn stage_columns(columns: &[PlanColumn]) -> Vec<StageColumn> {
    std::iter::once(time_column()).chain(columns.iter().map(|column| column.stage.clone())).collect()
}

/// Inserts or updates whole rows.
pub(super) async fn upsert(
    tx: &Transaction,
    table: &ServerTable,
    plan: &Plan,
    me: ReplicaId,
    staged: &[Staged<'_>],
) -> Result<Vec<Written>, Error> {
    let names = list(plan.columns.iter().map(|column| column.quoted.clone()));
    let values = list((0..plan.columns.len()).map(|at| format!("s.c{}", at + 1)));
    let set = list(plan.settable().map(|(_, column)| format!("{0} = EXCLUDED.{0}", column.quoted)));
    let action = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {set}") };
    let claim = claim(plan, table, true);
    let (keys, same) = (keys(plan), same(plan, "claimed"));
    let body = format!(
        ", claimed AS ({claim}), written AS (INSERT INTO {} AS t ({names}) OVERRIDING SYSTEM VALUE \
         SELECT {values} FROM s JOIN claimed ON {same} ON CONFLICT ({keys}) DO {action} RETURNING 1) \
         SELECT (SELECT count(*) FROM claimed), (SELECT count(*) FROM written), 0::int8",
        table.qualified
    );
    let mut all = run(tx, staged, me, &body).await?;
    for written in &mut all {
        // A row that has nothing beside its key is there already.
        written.due = if set.is_empty() { 0 } else { written.claimed };
    }
    Ok(all)
}

/// Deletes rows by their keys.
pub(super) async fn delete(
    tx: &Transaction,
    table: &ServerTable,
    plan: &Plan,
    me: ReplicaId,
    staged: &[Staged<'_>],
) -> Result<Vec<Written>, Error> {
    let claim = claim(plan, table, false);
    let (same_row, same_claim, same_table) =
        (same(plan, "r"), same(plan, "claimed"), same_names(plan, "t", "claimed"));
    // Where policies hide rows, those too are due that nobody has written since sync began.
    let due = if table.has_policies {
        "SELECT count(*) FROM claimed".to_owned()
    } else {
        format!("SELECT count(*) FROM prior s JOIN claimed ON {same_claim}")
    };
    let keys = list((0..plan.key).map(|at| format!("s.c{}", at + 1)));
    let body = format!(
        ", prior AS (SELECT {keys} FROM s JOIN {} r ON {same_row} WHERE r.ominipg_live), claimed AS ({claim}), \
         gone AS (DELETE FROM {} t USING claimed WHERE {same_table} RETURNING 1) \
         SELECT (SELECT count(*) FROM claimed), (SELECT count(*) FROM gone), ({due})",
        rows_of(table),
        table.qualified
    );
    run(tx, staged, me, &body).await
}

async fn run(
    tx: &Transaction,
    staged: &[Staged<'_>],
    me: ReplicaId,
    body: &str,
) -> Result<Vec<Written>, Error> {
    let mut all = Vec::with_capacity(staged.len());
    for part in staged {
        all.push(run_part(tx, part, me, body).await?);
    }
    Ok(all)
}

async fn run_part(
    tx: &Transaction,
    staged: &Staged<'_>,
    me: ReplicaId,
    body: &str,
) -> Result<Written, Error> {
    let params = staged.params(vec![int8(number(me))]);
    let sql = staged.with(1) + body;
    let found = Session::transaction(tx).query(&sql, Params::Ready(&params)).await?;
    let row = crate::client::one(found)?;
    let count = |at: usize| u64::try_from(row.get::<_, i64>(at)).unwrap_or_default();
    Ok(Written { claimed: count(0), done: count(1), due: count(2) })
}

/// Marks the rows as written by us, where nobody else has written them, nor we later.
fn claim(plan: &Plan, table: &ServerTable, live: bool) -> String {
    let keys = keys(plan);
    let values = list((0..plan.key).map(|at| format!("s.c{}", at + 1)));
    let returned = list(plan.keys().iter().map(|column| format!("r.{}", column.quoted)));
    format!(
        "INSERT INTO {} AS r ({keys}, ominipg_time, ominipg_replica, ominipg_live) SELECT {values}, s.c0, $1, {live} FROM s \
         ON CONFLICT ({keys}) DO UPDATE SET ominipg_time = EXCLUDED.ominipg_time, ominipg_live = {live} \
         WHERE r.ominipg_replica = $1 AND r.ominipg_time < EXCLUDED.ominipg_time RETURNING {returned}",
        rows_of(table)
    )
}

/// The table that says when each row was written.
pub(super) fn rows_of(table: &ServerTable) -> String {
    let mut sql = crate::sql::Sql::default();
    sql.push("ominipg_rows.").name(&table.name);
    sql.text
}

/// The columns of the key.
pub(super) fn keys(plan: &Plan) -> String {
    list(plan.keys().iter().map(|column| column.quoted.clone()))
}

/// That a staged row and one of another table have the same key.
pub(super) fn same(plan: &Plan, other: &str) -> String {
    let equal = plan
        .keys()
        .iter()
        .enumerate()
        .map(|(at, column)| format!("{other}.{} = s.c{}", column.quoted, at + 1));
    equal.collect::<Vec<_>>().join(" AND ")
}

/// That rows of two tables have the same key.
pub(super) fn same_names(plan: &Plan, one: &str, other: &str) -> String {
    let equal = plan.keys().iter().map(|column| format!("{one}.{0} = {other}.{0}", column.quoted));
    equal.collect::<Vec<_>>().join(" AND ")
}

pub(super) fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
