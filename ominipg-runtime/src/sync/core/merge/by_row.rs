use super::super::image::Image;
use super::case::{Case, write};
use super::conflict::{Reason, Winner};
use super::merged::{Action, ColumnWrite, How, Merged};
use super::shadow::Shadow;

/// The edit wins with its whole row, or loses with it. What it adds to counters stays in any case.
pub(super) fn merge(case: &Case<'_>, wins: bool) -> Merged {
    // A resolution may let an edit win that is older.
    let stamp = case.edit.stamp.max(case.remote.shadow.latest());
    match (&case.remote.row, &case.edit.row) {
        (None, None) if wins => {
            Merged { action: Action::Delete, shadow: Shadow::of_deleted(stamp), kept: None, conflict: None }
        }
        (None, None) => case.keep(None),
        (None, Some(row)) if wins => {
            // Who inserts where others have deleted takes nothing from them.
            let lost = case.remote.shadow.deleted.is_some() && case.edit.base.is_some() && case.foreign();
            Merged {
                action: Action::Insert(row.clone()),
                shadow: Shadow::of_row(stamp),
                kept: None,
                conflict: lost.then(|| case.conflict(Winner::Local, Reason::Deleted)),
            }
        }
        (None, Some(_)) => case.keep(case.foreign().then(|| case.conflict(Winner::Remote, Reason::Deleted))),
        (Some(remote), None) if wins => {
            let lost = case.foreign() && case.edit.base.as_ref() != Some(remote);
            Merged {
                action: Action::Delete,
                shadow: Shadow::of_deleted(stamp),
                kept: None,
                conflict: lost.then(|| case.conflict(Winner::Local, Reason::Deleted)),
            }
        }
        (Some(_), None) => case.keep(case.foreign().then(|| case.conflict(Winner::Remote, Reason::Deleted))),
        (Some(remote), Some(row)) if wins => overwrite(case, remote, row),
        (Some(remote), Some(row)) => lose(case, remote, row),
    }
}

fn overwrite(case: &Case<'_>, remote: &Image, row: &Image) -> Merged {
    let mut writes: Vec<_> = case.sums().collect();
    let mut lost = Vec::new();
    let differ = |&column: &usize| case.how(column) == How::Set && !row.agrees(remote, column);
    for column in (0..row.fields.len()).filter(differ) {
        writes.push(ColumnWrite { column, how: How::Set });
        if case.foreign() && case.moved(remote, row, column) {
            lost.push((row.layout.columns[column].clone(), Winner::Local));
        }
    }
    Merged {
        action: write(writes),
        shadow: Shadow::of_row(case.edit.stamp.max(case.remote.shadow.latest())),
        kept: None,
        conflict: case.conflict_over(lost),
    }
}

fn lose(case: &Case<'_>, remote: &Image, row: &Image) -> Merged {
    let changed = case.edit.changed.iter().map(|touched| touched.0);
    let lost = changed.filter(|&column| case.how(column) == How::Set && !row.agrees(remote, column));
    let lost = lost.map(|column| (row.layout.columns[column].clone(), Winner::Remote));
    let lost = if case.foreign() { lost.collect() } else { Vec::new() };
    Merged { action: write(case.sums().collect()), ..case.keep(case.conflict_over(lost)) }
}
