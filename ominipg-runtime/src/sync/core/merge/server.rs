use super::super::image::Image;
use super::case::{Case, write};
use super::conflict::{Reason, Winner};
use super::merged::{Action, ColumnWrite, How, Merged};
use super::shadow::Shadow;

/// The row stays as the server has it, wherever somebody else has written it since. What the edit adds to counters stays too.
pub(super) fn merge(case: &Case<'_>) -> Merged {
    let stamp = case.edit.stamp.max(case.remote.shadow.latest());
    let ours = !case.foreign() || unmoved(case);
    match (&case.remote.row, &case.edit.row) {
        (None, None) => {
            Merged { action: Action::Delete, shadow: Shadow::of_deleted(stamp), kept: None, conflict: None }
        }
        (None, Some(row)) if ours => Merged {
            action: Action::Insert(row.clone()),
            shadow: Shadow::of_row(stamp),
            kept: None,
            conflict: None,
        },
        (Some(_), None) if ours => {
            Merged { action: Action::Delete, shadow: Shadow::of_deleted(stamp), kept: None, conflict: None }
        }
        (None, Some(_)) | (Some(_), None) => case.keep(Some(case.conflict(Winner::Remote, Reason::Deleted))),
        (Some(remote), Some(row)) => {
            let mut writes: Vec<_> = case.sums().collect();
            let changed = case.edit.changed.iter().map(|touched| touched.0);
            let differ =
                changed.filter(|&column| case.how(column) == How::Set && !row.agrees(remote, column));
            if ours {
                writes.extend(differ.map(|column| ColumnWrite { column, how: How::Set }));
                return Merged {
                    action: write(writes),
                    shadow: Shadow::of_row(stamp),
                    kept: None,
                    conflict: None,
                };
            }
            let lost = differ.map(|column| (row.layout.columns[column].clone(), Winner::Remote)).collect();
            Merged { action: write(writes), ..case.keep(case.conflict_over(lost)) }
        }
    }
}

/// Whether the server's row is the one from which the edit started; counters and the like may have moved.
fn unmoved(case: &Case<'_>) -> bool {
    match (&case.remote.row, &case.edit.base) {
        (None, None) => true,
        // What the server has never had, nobody there can have changed.
        (None, Some(_)) => case.remote.shadow.latest() == Default::default(),
        (Some(_), None) => false,
        (Some(remote), Some(base)) => same(case, remote, base),
    }
}

fn same(case: &Case<'_>, remote: &Image, base: &Image) -> bool {
    let names = base.layout.columns.iter().enumerate();
    let mut own = names.filter(|(_, name)| case.rules.of(name) == Default::default());
    own.all(|(at, _)| base.agrees(remote, at))
}
