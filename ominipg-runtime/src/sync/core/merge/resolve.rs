use super::super::edit::Edit;
use super::super::image::Image;
use super::super::policy::Rules;
use super::by_row;
use super::case::Case;
use super::conflict::Winner;
use super::merged::{Action, Merged};
use super::shadow::Remote;

/// What a program has decided about a conflict.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// What the server has stays.
    Remote,
    /// The edit wins.
    Local,
    /// The row becomes this one.
    Row(Image),
}

/// What becomes of a row for which [`merge`](super::merge) has asked.
///
/// The result is as late as the later of both, so that no older edit undoes what was decided.
pub(crate) fn resolve(rules: &Rules, remote: &Remote, edit: &Edit, answer: Answer) -> Merged {
    let case = Case { rules, remote, edit };
    let asked = by_row::merge(&case, case.wins()).conflict;
    let (mut merged, winner) = match answer {
        Answer::Remote => {
            let mut merged = by_row::merge(&case, false);
            merged.shadow.stamp = edit.stamp.max(remote.shadow.latest());
            (merged, Winner::Remote)
        }
        Answer::Local => (by_row::merge(&case, true), Winner::Local),
        Answer::Row(row) => {
            // What the program has written counts as it is, counters too: it has seen both sides.
            let mut merged = by_row::merge(&case, true);
            merged.shadow = super::Shadow::of_row(edit.stamp.max(remote.shadow.latest()));
            merged.action = if remote.row.is_some() { Action::Replace(row) } else { Action::Insert(row) };
            (merged, Winner::Both)
        }
    };
    merged.conflict = asked.map(|conflict| super::Conflict { winner, ..conflict });
    merged
}
