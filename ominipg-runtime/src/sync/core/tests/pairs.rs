//! Two replicas do something to the same row, each of every kind, and arrive in either order.

use std::sync::Arc;

use super::super::{
    Action, Change, Edit, HybridTime, Image, Policy, Remote, ReplicaId, Rules, Shadow, Stamp, Stamped,
    compact, merge,
};
use super::tables::{Table, field, image_of, row_key, table, value};

/// What a replica does to the row: id, a, b.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Insert(i64),
    A(i64),
    B(i64),
    Both(i64),
    Delete,
    Nothing,
}

const ALL: [Does; 8] = [
    Does::Insert(1),
    Does::Insert(2),
    Does::A(1),
    Does::A(2),
    Does::B(3),
    Does::Both(4),
    Does::Delete,
    Does::Nothing,
];

type Values = Option<[i64; 2]>;

const SEED: [i64; 2] = [-1, -2];

fn row(table: &Table, [a, b]: [i64; 2]) -> Image {
    image_of(&table.layout, &[Some(0), Some(a), Some(b)])
}

/// The row after it, where it can be done.
fn after(does: Does, before: Values) -> Option<Values> {
    match (does, before) {
        (Does::Insert(v), None) => Some(Some([v, v])),
        (Does::A(v), Some([_, b])) => Some(Some([v, b])),
        (Does::B(v), Some([a, _])) => Some(Some([a, v])),
        (Does::Both(v), Some(_)) => Some(Some([v, v])),
        (Does::Delete, Some(_)) => Some(None),
        (Does::Nothing, before) => Some(before),
        _ => None,
    }
}

fn edit(table: &Table, does: Does, before: Values, time: u64, replica: u64) -> Option<Vec<Edit>> {
    let to = after(does, before)?;
    let (old, new) = (before.map(|v| row(table, v)), to.map(|v| row(table, v)));
    if old.is_none() && new.is_none() {
        return Some(Vec::new());
    }
    let key = Some(row_key(0, 0));
    let (old_key, new_key) = (key.clone().filter(|_| old.is_some()), key.filter(|_| new.is_some()));
    let change = Change { seq: 1, at: time, old, new, old_key, new_key };
    let replica = ReplicaId::new(replica)?;
    Some(compact(&[Stamped { change, stamp: Stamp::new(HybridTime::new(time), replica) }]))
}

/// Applies edits to a row: what it is then, and how many conflicts there were, each with its winner.
fn apply(table: &Table, before: Values, edits: &[&Edit]) -> (Values, Shadow, usize) {
    let mut remote = Remote { row: before.map(|v| row(table, v)), ..Remote::default() };
    let mut conflicts = 0;
    for edit in edits {
        let merged = merge(&table.rules, &remote, edit);
        match merged.action {
            Action::Keep | Action::Ask => {}
            Action::Delete => remote.row = None,
            Action::Insert(row) | Action::Replace(row) => remote.row = Some(row),
            Action::Write(columns) => {
                let (Some(row), Some(new)) = (&mut remote.row, edit.image()) else {
                    panic!("no row to write")
                };
                columns.iter().for_each(|write| row.set(write.column, new.fields[write.column].clone(), 20));
            }
        }
        (remote.shadow, remote.kept) = (merged.shadow, merged.kept);
        conflicts += usize::from(merged.conflict.is_some());
    }
    let values = remote.row.map(|row| [1, 2].map(|at| value(&row, at).unwrap_or_default()));
    (values, remote.shadow, conflicts)
}

/// What must come out of two edits of which the second is later, told by the policy's words.
fn told(policy: Policy, before: Values, first: Does, second: Does) -> (Values, usize) {
    let (Some(one), Some(two)) = (after(first, before), after(second, before)) else {
        panic!("cannot be done")
    };
    if first == Does::Nothing || one == before {
        return (two, 0);
    }
    if second == Does::Nothing || two == before {
        return (one, 0);
    }
    let (Some(one), Some(two)) = (one, two) else {
        // One deleted it, or both did.
        return (two, usize::from(one != two));
    };
    let start = before.unwrap_or_default();
    let touched = |row: [i64; 2], at: usize| before.is_none() || row[at] != start[at];
    let lost = (0..2).any(|at| match policy {
        // The whole row of the later one stays.
        Policy::LastWriteWins => touched(one, at) && one[at] != two[at],
        _ => touched(one, at) && touched(two, at) && one[at] != two[at],
    });
    let values = match policy {
        Policy::LastWriteWins => two,
        _ => [0, 1].map(|at| if touched(two, at) { two[at] } else { one[at] }),
    };
    (Some(values), usize::from(lost))
}

#[test]
fn every_pair_comes_out_as_the_policy_says_in_either_order() {
    let mut pairs = 0;
    for policy in [Policy::LastWriteWins, Policy::LastWriteWinsPerColumn] {
        let table = table(0, &["id", "a", "b"], policy, &[]);
        for before in [None, Some(SEED)] {
            for (first, second) in ALL.iter().flat_map(|&first| ALL.map(|second| (first, second))) {
                // Also at the same time, where the greater name is the later.
                for (times, names) in [((5, 9), (2, 1)), ((5, 5), (1, 2))] {
                    let one = edit(&table, first, before, times.0, names.0);
                    let two = edit(&table, second, before, times.1, names.1);
                    let (Some(one), Some(two)) = (one, two) else { continue };
                    pairs += 1;
                    let (values, conflicts) = told(policy, before, first, second);
                    let edits: Vec<_> = one.iter().chain(&two).collect();
                    let back: Vec<_> = two.iter().chain(&one).collect();
                    let (forth, back) = (apply(&table, before, &edits), apply(&table, before, &back));
                    let what = format!("{policy:?}: {before:?} {first:?} {second:?}");
                    assert_eq!((forth.0, forth.2), (values, conflicts), "{what}");
                    assert_eq!((back.0, back.2), (values, conflicts), "{what}, the later one first");
                    assert_eq!(forth.1, back.1, "{what}: the stamps");
                }
            }
        }
    }
    assert!(pairs >= 160, "{pairs} pairs");
}

#[test]
fn what_is_there_already_changes_nothing() {
    for policy in [Policy::LastWriteWins, Policy::LastWriteWinsPerColumn] {
        let table = table(0, &["id", "a", "b"], policy, &[]);
        for (before, does) in [None, Some(SEED)].into_iter().flat_map(|before| ALL.map(|does| (before, does)))
        {
            let Some(edits) = edit(&table, does, before, 5, 1) else { continue };
            let once = apply(&table, before, &edits.iter().collect::<Vec<_>>());
            let twice = apply(&table, before, &edits.iter().chain(&edits).collect::<Vec<_>>());
            assert_eq!(once, twice, "{policy:?}: {does:?}");
        }
    }
}

#[test]
fn columns_are_found_by_name_after_the_table_has_changed() {
    let old = table(0, &["id", "a", "b"], Policy::LastWriteWinsPerColumn, &[]);
    let new = table(0, &["id", "z", "b", "a"], Policy::LastWriteWinsPerColumn, &[]);
    let edits = edit(&old, Does::A(7), Some(SEED), 5, 1).expect("it can be done");
    let row = image_of(&new.layout, &[Some(0), Some(100), Some(-2), Some(-1)]);
    let remote = Remote { row: Some(row), ..Remote::default() };
    let merged = merge(&Rules::default(), &remote, &edits[0]);
    let Action::Write(columns) = merged.action else { panic!("{:?}", merged.action) };
    assert_eq!(
        columns.iter().map(|write| write.column).collect::<Vec<_>>(),
        [1],
        "`a` stands there in the edit"
    );
    assert!(merged.conflict.is_none());
    assert!(Arc::ptr_eq(&edits[0].image().expect("it has one").layout, &old.layout));
    assert_eq!(edits[0].image().expect("it has one").field("a"), Some(&Some(field(7))));
}
