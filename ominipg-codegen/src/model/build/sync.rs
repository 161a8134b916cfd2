//! How a table's changes are sent to a server.

use super::Context;
use super::cursor::Cursor;
use super::table::Config;
use crate::diagnostic::{Code, Finding};
use crate::model::table::{Sync, SyncColumnPolicy, SyncPolicy, Table};
use crate::model::types::{Scalar, Type};

/// What `sync` asks for; a table without it stays where it is.
pub(super) fn sync<'a>(
    context: &mut Context<'a, '_>,
    table: &Table,
    config: Config<'a>,
    schema: Cursor<'a>,
) -> Option<Sync> {
    let at = config.get("sync");
    let is_on = at.is_some_and(|at| match at.node.bool() {
        Some(on) => on,
        None => at.get("mode").and_then(|mode| mode.node.str()) != Some("none"),
    });
    let policy = match at.and_then(|at| at.get("conflict")).and_then(|at| at.node.str()) {
        Some("last-write-wins-per-column") => SyncPolicy::LastWriteWinsPerColumn,
        Some("server-wins") => SyncPolicy::ServerWins,
        Some("callback") => SyncPolicy::Callback,
        _ => SyncPolicy::LastWriteWins,
    };
    let columns = columns(context, table, is_on, schema);
    is_on.then_some(Sync { policy, columns })
}

fn columns<'a>(
    context: &mut Context<'a, '_>,
    table: &Table,
    is_on: bool,
    schema: Cursor<'a>,
) -> Vec<(usize, SyncColumnPolicy)> {
    let mut out = Vec::new();
    for (entry, at) in schema.get("properties").into_iter().flat_map(Cursor::entries) {
        let Some(at) = at.extension("sync") else { continue };
        let Some(column) = table.column(&entry.key) else { continue };
        let policy = match at.get("conflict").and_then(|at| at.node.str()) {
            Some("counter") => SyncColumnPolicy::Counter,
            Some("max") => SyncColumnPolicy::Max,
            _ => continue,
        };
        if !is_on {
            let message = format!("`{}` has a rule for sync, and the table is not synced", entry.key);
            let help = "add `\"sync\": true` to the table's `x-ominipg`";
            context.add(Finding::new(Code::BadExtension, at.place(), message).help(help));
            continue;
        }
        if let Some(problem) = problem(table, column, policy) {
            let message = format!("`{}` cannot be a {}: {problem}", entry.key, name(policy));
            let finding = Finding::new(Code::BadExtension, at.place(), message).help("leave it out");
            let in_key = table.primary_key.contains(&column);
            context.add(if in_key { finding.and(table.key_place, "the key") } else { finding });
            continue;
        }
        out.push((column, policy));
    }
    out
}

fn name(policy: SyncColumnPolicy) -> &'static str {
    match policy {
        SyncColumnPolicy::Counter => "counter",
        SyncColumnPolicy::Max => "maximum",
    }
}

fn problem(table: &Table, column: usize, policy: SyncColumnPolicy) -> Option<String> {
    if table.primary_key.contains(&column) {
        return Some("it is part of the key".to_owned());
    }
    let Type::Scalar(scalar) = &table.columns[column].ty else {
        return Some(format!("it is {}", table.columns[column].ty.sql()));
    };
    let is_number = matches!(
        scalar,
        Scalar::Int2 | Scalar::Int4 | Scalar::Int8 | Scalar::Float4 | Scalar::Float8 | Scalar::Numeric
    );
    let has_order = is_number
        || matches!(
            scalar,
            Scalar::Text | Scalar::Timestamptz | Scalar::Date | Scalar::Time | Scalar::Interval
        );
    match policy {
        SyncColumnPolicy::Counter => (!is_number).then(|| "only numbers are counted".to_owned()),
        SyncColumnPolicy::Max => (!has_order).then(|| "its values have no greatest one".to_owned()),
    }
}
