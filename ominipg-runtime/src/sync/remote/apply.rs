//! Edits of many rows become writes of the server's tables.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_postgres::types::Type;

use super::catalog::ServerTable;
use super::contended::{self, damaged, hidden, time_of};
use super::plan::Plan;
use super::stage::Rows;
use super::write::{self, Written, stage_columns};
use crate::error::Error;
use crate::session::Transaction;
use crate::sync::conflict::Resolver;
use crate::sync::core::{ColumnPolicy, Edit, Layout, Policy, ReplicaId, Rules};
use crate::sync::drift::{Drift, DriftKind};

/// A table that edits go to.
pub(super) struct Target<'a> {
    pub(super) table: &'a ServerTable,
    pub(super) rules: &'a Rules,
    /// The columns of the server's rows.
    pub(super) layout: Arc<Layout>,
    pub(super) me: ReplicaId,
    pub(super) resolver: Option<&'a Resolver>,
}

/// All that edits need to become rows of a server.
#[derive(Debug, Default)]
pub(crate) struct Destination {
    /// By the numbers that layouts have.
    tables: HashMap<usize, Known>,
    plans: Vec<Plan>,
    pub(crate) resolver: Option<Resolver>,
}

/// A table of the server, and what is done where two change its rows.
#[derive(Debug)]
struct Known {
    table: ServerTable,
    layout: Arc<Layout>,
    rules: Rules,
}

impl Destination {
    /// Whether it is known how rows of a layout become the server's.
    pub(crate) fn knows(&self, layout: &Arc<Layout>) -> bool {
        self.plan(layout).is_ok()
    }

    /// Notes a table of the server, by the number that layouts have.
    pub(crate) fn add_table(&mut self, number: usize, table: ServerTable, rules: Rules) {
        let layout = table.layout(number);
        self.tables.insert(number, Known { table, layout, rules });
    }

    /// Notes how rows of a layout become the server's, unless they cannot.
    pub(crate) fn add_layout(
        &mut self,
        layout: &Arc<Layout>,
        types: &[Type],
        optional: &[bool],
        name: &str,
    ) -> Result<(), Drift> {
        let missing = || Drift { table: name.to_owned(), column: String::new(), kind: DriftKind::NoTable };
        let known = self.tables.get(&layout.table).ok_or_else(missing)?;
        self.plans.push(Plan::new(layout, types, optional, &known.table)?);
        Ok(())
    }

    fn plan(&self, layout: &Arc<Layout>) -> Result<&Plan, Error> {
        self.plans.iter().find(|plan| Arc::ptr_eq(&plan.layout, layout)).ok_or_else(damaged)
    }

    fn target(&self, table: usize, me: ReplicaId) -> Result<Target<'_>, Error> {
        let Known { table, layout, rules } = self.tables.get(&table).ok_or_else(damaged)?;
        Ok(Target { table, rules, layout: Arc::clone(layout), me, resolver: self.resolver.as_ref() })
    }

    /// Writes the edits: rows that are referred to before those that refer, deletes the other way round and last. Gives how
    /// many conflicts there were. `sent` is told when the server has rows to work on, and nothing is to be done here meanwhile.
    pub(crate) async fn apply(
        &self,
        tx: &Transaction,
        me: ReplicaId,
        batch: i64,
        edits: &[Edit],
        sent: &Notify,
    ) -> Result<u64, Error> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for edit in edits {
            let layout = &edit.image().or(edit.base.as_ref()).ok_or_else(damaged)?.layout;
            let deletes = edit.row.is_none();
            let is_same =
                |group: &&mut Group<'_>| group.deletes == deletes && Arc::ptr_eq(&group.plan.layout, layout);
            match groups.iter_mut().find(is_same) {
                Some(group) => group.edits.push(edit),
                None => groups.push(Group { plan: self.plan(layout)?, deletes, edits: vec![edit] }),
            }
        }
        let rank = |group: &Group<'_>| {
            let rank = self.tables.get(&group.plan.layout.table).map_or(0, |known| known.table.rank);
            i64::try_from(rank).unwrap_or(i64::MAX)
        };
        groups.sort_by_key(|group| (group.deletes, if group.deletes { -rank(group) } else { rank(group) }));
        let mut conflicts = 0;
        for group in &mut groups {
            let target = self.target(group.plan.layout.table, me)?;
            // Every replica locks rows in the same order.
            group.edits.sort_by(|one, other| one.key.cmp(&other.key));
            conflicts += group.write(tx, &target, batch, sent).await?;
            if group.deletes {
                reached!(Deleted);
            } else {
                reached!(Upserted);
            }
        }
        Ok(conflicts)
    }
}

/// Edits of one layout, of one kind.
struct Group<'a> {
    plan: &'a Plan,
    deletes: bool,
    edits: Vec<&'a Edit>,
}

impl Group<'_> {
    async fn write(
        &self,
        tx: &Transaction,
        target: &Target<'_>,
        batch: i64,
        sent: &Notify,
    ) -> Result<u64, Error> {
        let (fast, slow): (Vec<&Edit>, Vec<&Edit>) =
            self.edits.iter().copied().partition(|edit| is_whole(target.rules, edit));
        let mut conflicts = 0;
        if !fast.is_empty() {
            let written = self.write_whole(tx, target, &fast, sent).await?;
            let claimed: u64 = written.iter().map(|part| part.claimed).sum();
            if written.iter().any(|part| part.done < part.due) {
                return Err(hidden(target));
            }
            if claimed < fast.len() as u64 {
                conflicts += contended::merge_all(tx, target, self.plan, &fast, batch).await?;
            }
        }
        if !slow.is_empty() {
            conflicts += contended::merge_all(tx, target, self.plan, &slow, batch).await?;
        }
        Ok(conflicts)
    }

    async fn write_whole(
        &self,
        tx: &Transaction,
        target: &Target<'_>,
        edits: &[&Edit],
        sent: &Notify,
    ) -> Result<Vec<Written>, Error> {
        let columns = if self.deletes { self.plan.keys() } else { &self.plan.columns[..] };
        let mut rows = Rows { columns: stage_columns(columns), rows: Vec::with_capacity(edits.len()) };
        for edit in edits {
            let values = match edit.row.as_ref().filter(|_| !self.deletes) {
                Some(row) => self.plan.row_of(row),
                None => self.plan.key_of(edit),
            };
            let mut row = Vec::with_capacity(columns.len() + 1);
            row.push(Some(time_of(edit)));
            row.extend(values.ok_or_else(damaged)?);
            rows.rows.push(row);
        }
        let staged = rows.stage(tx).await?;
        sent.notify_one();
        if self.deletes {
            write::delete(tx, target.table, self.plan, target.me, &staged).await
        } else {
            write::upsert(tx, target.table, self.plan, target.me, &staged).await
        }
    }
}

/// Whether an edit writes the whole row, where nobody else has written it: so it is unless columns have rules of their own.
fn is_whole(rules: &Rules, edit: &Edit) -> bool {
    let by_column = rules.policy == Policy::LastWriteWinsPerColumn
        || rules.columns.iter().any(|(_, policy)| *policy != ColumnPolicy::Inherit);
    !by_column || edit.base.is_none() || edit.row.is_none()
}
