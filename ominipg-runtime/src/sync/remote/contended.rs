//! Rows that somebody else has written too, one by one: what is there is read and locked, the core decides, and that is done.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::apply::Target;
use super::journal;
use super::plan::Plan;
use super::shadow;
use super::stage::Rows;
use super::write::{int8, keys, list, number, rows_of, same, stage_columns};
use crate::error::{Error, ErrorKind};
use crate::param::{Param, Params};
use crate::session::{Session, Transaction};
use crate::sync::conflict::{Resolution, SyncConflict};
use crate::sync::core::{Action, Answer, ColumnWrite, Edit, How, Image, Merged, Remote, merge, resolve};
use crate::sync::raw::Raw;

/// Merges edits into rows that others may have written, and counts those that changed nothing but who was last.
pub(super) async fn merge_all(
    tx: &Transaction,
    target: &Target<'_>,
    plan: &Plan,
    edits: &[&Edit],
    batch: i64,
) -> Result<u64, Error> {
    let mut rows = Rows { columns: stage_columns(plan.keys()), rows: Vec::with_capacity(edits.len()) };
    for edit in edits {
        let mut row = vec![Some(time_of(edit))];
        row.extend(plan.key_of(edit).ok_or_else(damaged)?);
        rows.rows.push(row);
    }
    let mut conflicts = 0;
    for staged in rows.stage(tx).await? {
        // A row that nobody has written since sync began has no mark yet, and could not be locked.
        let (rows_of, keys) = (rows_of(target.table), keys(plan));
        let values = list((0..plan.key).map(|at| format!("s.c{}", at + 1)));
        let mark = format!(
            "{} INSERT INTO {rows_of} ({keys}, ominipg_time, ominipg_replica, ominipg_live) SELECT {values}, 0, 0, true FROM s \
             WHERE $1::int8 IS NOT NULL ON CONFLICT DO NOTHING",
            staged.with(1)
        );
        let params = staged.params(vec![int8(number(target.me))]);
        // Who writes a row of the table locks it first and its mark then, so this does too: else each would wait for the other.
        let lock = format!(
            "{} SELECT count(*) FROM (SELECT FROM {} t JOIN s ON {} WHERE $1::int8 IS NOT NULL ORDER BY s.o FOR UPDATE OF t) l",
            staged.with(1),
            target.table.qualified,
            same(plan, "t")
        );
        Session::transaction(tx).query(&lock, Params::Ready(&params)).await?;
        Session::transaction(tx).execute(&mark, Params::Ready(&params)).await?;
        let (same_rows, same_table) = (same(plan, "r"), same(plan, "t"));
        let look = format!(
            "{} SELECT s.o, r.ominipg_time, r.ominipg_replica, r.ominipg_live, r.ominipg_columns::text, record_send(t.*), \
             to_jsonb(t.*)::text FROM s JOIN {rows_of} r ON {same_rows} LEFT JOIN {} t ON {same_table} \
             WHERE NOT (r.ominipg_replica = $1 AND r.ominipg_time >= s.c0) ORDER BY s.o FOR UPDATE OF r",
            staged.with(1),
            target.table.qualified
        );
        let found = Session::transaction(tx).query(&look, Params::Ready(&params)).await?;
        for row in &found {
            let number: i32 = row.get(0);
            let edit = usize::try_from(number).ok().and_then(|at| edits.get(at)).ok_or_else(damaged)?;
            conflicts += u64::from(one(tx, target, plan, edit, row, batch).await?);
        }
    }
    Ok(conflicts)
}

async fn one(
    tx: &Transaction,
    target: &Target<'_>,
    plan: &Plan,
    edit: &Edit,
    row: &Row,
    batch: i64,
) -> Result<bool, Error> {
    let image: Option<Raw> = row.get(5);
    let image =
        image.map(|Raw(bytes)| Image::parse(&target.layout, bytes)).transpose().map_err(|_| damaged())?;
    let live: bool = row.get(3);
    if live && image.is_none() && target.table.has_policies && row.get::<_, i64>(2) != 0 {
        return Err(hidden(target));
    }
    let shadow = shadow::read(row.get(1), row.get(2), live || image.is_some(), row.get(4));
    let remote = Remote { shadow, row: image, kept: None };
    let mut merged = merge(target.rules, &remote, edit);
    if merged.action == Action::Ask {
        let answer = ask(tx, target, plan, edit, &remote, row.get(6)).await?;
        merged = resolve(target.rules, &remote, edit, answer);
    }
    act(tx, target, plan, edit, &merged).await?;
    let (time, replica) = shadow::parts(merged.shadow.latest());
    let sql = format!(
        "UPDATE {} SET ominipg_time = $1, ominipg_replica = $2, ominipg_live = $3, ominipg_columns = $4::text::jsonb WHERE {}",
        rows_of(target.table),
        key_is(plan, 5)
    );
    let is_live = merged.shadow.deleted.is_none_or(|deleted| deleted < merged.shadow.written());
    let mut params = vec![int8(time), int8(replica), boolean(is_live), text(shadow::columns(&merged.shadow))];
    params.extend(key_params(plan, edit)?);
    Session::transaction(tx).execute(&sql, Params::Ready(&params)).await?;
    let Some(conflict) = &merged.conflict else { return Ok(false) };
    journal::write(tx, target, batch, conflict).await?;
    Ok(true)
}

/// Does to the row what was decided.
async fn act(
    tx: &Transaction,
    target: &Target<'_>,
    plan: &Plan,
    edit: &Edit,
    merged: &Merged,
) -> Result<(), Error> {
    match &merged.action {
        Action::Keep | Action::Ask => Ok(()),
        Action::Delete => {
            let sql = format!("DELETE FROM {} WHERE {}", target.table.qualified, key_is(plan, 1));
            let params = key_params(plan, edit)?;
            Session::transaction(tx).execute(&sql, Params::Ready(&params)).await.map(drop)
        }
        Action::Write(writes) => update(tx, target, plan, edit, writes).await,
        Action::Insert(row) => whole(tx, target, plan, row, false).await,
        Action::Replace(row) => whole(tx, target, plan, row, true).await,
    }
}

async fn update(
    tx: &Transaction,
    target: &Target<'_>,
    plan: &Plan,
    edit: &Edit,
    writes: &[ColumnWrite],
) -> Result<(), Error> {
    let image = edit.image().ok_or_else(damaged)?;
    let mut params = key_params(plan, edit)?;
    let mut set = Vec::new();
    for write in writes {
        let Some(column) = plan.columns.iter().find(|column| column.at == write.column) else { continue };
        if !column.is_settable || plan.layout.key.contains(&write.column) {
            continue;
        }
        let value = column.value(image).ok_or_else(damaged)?;
        params.push(Param::new(column.stage.ty.clone(), value));
        let (name, ty, new) = (&column.quoted, &column.stage.type_name, params.len());
        set.push(match write.how {
            How::Set => format!("{name} = ${new}"),
            How::Max => format!("{name} = greatest(t.{name}, ${new}::{ty})"),
            How::Add => {
                let base = edit.base.as_ref().and_then(|base| column.value_in(base)).flatten();
                params.push(Param::new(column.stage.ty.clone(), base));
                format!(
                    "{name} = coalesce(t.{name}, 0) + (coalesce(${new}::{ty}, 0) - coalesce(${}::{ty}, 0))",
                    params.len()
                )
            }
        });
    }
    if set.is_empty() {
        return Ok(());
    }
    let sql = format!("UPDATE {} t SET {} WHERE {}", target.table.qualified, set.join(", "), key_is(plan, 1));
    match Session::transaction(tx).execute(&sql, Params::Ready(&params)).await? {
        0 => Err(hidden(target)),
        _ => Ok(()),
    }
}

/// Writes a row with all of its columns.
async fn whole(
    tx: &Transaction,
    target: &Target<'_>,
    plan: &Plan,
    row: &Image,
    replace: bool,
) -> Result<(), Error> {
    // A row of the server's making has the server's columns already.
    let ours = Arc::ptr_eq(&row.layout, &target.layout);
    let value = |column: &super::plan::PlanColumn| {
        if ours { row.field(&column.name).cloned() } else { column.value(row) }
    };
    let mut params = Vec::with_capacity(plan.columns.len());
    for column in &plan.columns {
        params.push(Param::new(column.stage.ty.clone(), value(column).ok_or_else(damaged)?));
    }
    let names = list(plan.columns.iter().map(|column| column.quoted.clone()));
    let values = list((1..=params.len()).map(|at| format!("${at}")));
    let set = list(plan.settable().map(|(_, column)| format!("{0} = EXCLUDED.{0}", column.quoted)));
    let action = if set.is_empty() || !replace {
        String::new()
    } else {
        format!(" ON CONFLICT ({}) DO UPDATE SET {set}", keys(plan))
    };
    let sql = format!(
        "INSERT INTO {} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values}){action}",
        target.table.qualified
    );
    Session::transaction(tx).execute(&sql, Params::Ready(&params)).await.map(drop)
}

/// Asks the program's own rule; without one, the later edit wins.
async fn ask(
    tx: &Transaction,
    target: &Target<'_>,
    plan: &Plan,
    edit: &Edit,
    remote: &Remote,
    server: Option<&str>,
) -> Result<Answer, Error> {
    let local_is_later = edit.stamp > remote.shadow.latest();
    let Some(resolver) = target.resolver else {
        return Ok(if local_is_later { Answer::Local } else { Answer::Remote });
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let conflict = SyncConflict {
        table: target.table.name.clone(),
        base: as_json(tx, plan, edit.base.as_ref()).await?,
        local: as_json(tx, plan, edit.row.as_ref()).await?,
        server: server.and_then(json),
        local_is_later,
    };
    Ok(match (resolver.0)(&conflict) {
        Resolution::Local => Answer::Local,
        Resolution::Server => Answer::Remote,
        Resolution::Row(row) => {
            let sql = format!(
                "SELECT record_send(jsonb_populate_record(NULL::{}, $1::text::jsonb))",
                target.table.qualified
            );
            let found = tx.query_one(&sql, &[&row.to_string()]).await?;
            let image = found.get::<_, Option<Raw>>(0).ok_or_else(damaged)?.0;
            Answer::Row(Image::parse(&target.layout, image).map_err(|_| damaged())?)
        }
    })
}

async fn as_json(tx: &Transaction, plan: &Plan, image: Option<&Image>) -> Result<Option<Value>, Error> {
    let Some(image) = image else { return Ok(None) };
    let mut params = Vec::with_capacity(plan.columns.len());
    for column in &plan.columns {
        params.push(Param::new(column.stage.ty.clone(), column.value(image).ok_or_else(damaged)?));
    }
    let columns = plan.columns.iter().enumerate();
    let columns = list(
        columns.map(|(at, column)| format!("${}::{} AS {}", at + 1, column.stage.type_name, column.quoted)),
    );
    let sql = format!("SELECT to_jsonb(r)::text FROM (SELECT {columns}) r");
    let found = Session::transaction(tx).query(&sql, Params::Ready(&params)).await?;
    let text: String = crate::client::one(found)?.get(0);
    Ok(serde_json::from_str(&text).ok())
}

/// That a row has the key whose values begin with the parameter `first`.
fn key_is(plan: &Plan, first: usize) -> String {
    let equal =
        plan.keys().iter().enumerate().map(|(at, column)| format!("{} = ${}", column.quoted, first + at));
    equal.collect::<Vec<_>>().join(" AND ")
}

fn key_params(plan: &Plan, edit: &Edit) -> Result<Vec<Param>, Error> {
    let key = plan.key_of(edit).ok_or_else(damaged)?;
    Ok(plan
        .keys()
        .iter()
        .zip(key)
        .map(|(column, value)| Param::new(column.stage.ty.clone(), value))
        .collect())
}

fn boolean(value: bool) -> Param {
    Param::new(Type::BOOL, Some(Bytes::from_static(if value { &[1] } else { &[0] })))
}

pub(super) fn text(value: Option<String>) -> Param {
    Param::new(Type::TEXT, value.map(Bytes::from))
}

/// The time of an edit as a parameter has it.
pub(super) fn time_of(edit: &Edit) -> Bytes {
    Bytes::copy_from_slice(&edit.stamp.time().get().to_be_bytes())
}

pub(super) fn damaged() -> Error {
    Error::new(
        ErrorKind::Decode,
        "a captured change is damaged: the tables of the schema `ominipg` were altered",
    )
}

/// A row is there, and this role does not see it or may not write it.
pub(super) fn hidden(target: &Target<'_>) -> Error {
    let message = format!(
        "the server's table `{}` did not take the row: a policy or a trigger there keeps it out of reach",
        target.table.name
    );
    Error::new(ErrorKind::Sync, message)
}
