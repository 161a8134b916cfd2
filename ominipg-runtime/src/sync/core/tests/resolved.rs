//! The policies that do not go by stamps alone: the server wins, and a program decides.

use super::super::{
    Action, Answer, Change, ColumnPolicy, ColumnWrite, Edit, How, HybridTime, Image, Policy, Reason, Remote,
    ReplicaId, Shadow, Stamp, Stamped, Winner, compact, merge, resolve,
};
use super::tables::{Table, image_of, row_key, table, value};

const COLUMNS: [&str; 4] = ["id", "a", "b", "n"];

fn row(table: &Table, values: [i64; 3]) -> Image {
    let [a, b, n] = values;
    image_of(&table.layout, &[0, a, b, n].map(Some))
}

fn stamp(time: u64, replica: u64) -> Stamp {
    Stamp::new(HybridTime::new(time), ReplicaId::new(replica).expect("it is not zero"))
}

fn edit(table: &Table, old: Option<[i64; 3]>, new: Option<[i64; 3]>, at: Stamp) -> Edit {
    let key = |_| row_key(0, 0);
    let change = Change {
        seq: 1,
        at: 0,
        old: old.map(|v| row(table, v)),
        new: new.map(|v| row(table, v)),
        old_key: old.map(key),
        new_key: new.map(key),
    };
    compact(&[Stamped { change, stamp: at }]).remove(0)
}

fn there(table: &Table, values: [i64; 3], at: Stamp) -> Remote {
    Remote { row: Some(row(table, values)), shadow: Shadow::of_row(at), kept: None }
}

const ADD: ColumnWrite = ColumnWrite { column: 3, how: How::Add };

#[test]
fn the_server_wins_where_somebody_else_has_written() {
    let table = table(0, &COLUMNS, Policy::ServerWins, &[("n", ColumnPolicy::Counter)]);
    let base = [1, 1, 10];
    let mine = edit(&table, Some(base), Some([2, 1, 12]), stamp(9, 1));
    // As it was: the edit goes through, though others have counted.
    let merged = merge(&table.rules, &there(&table, [1, 1, 15], stamp(5, 2)), &mine);
    let Action::Write(columns) = &merged.action else { panic!("{merged:?}") };
    assert_eq!(columns[..], [ADD, ColumnWrite { column: 1, how: How::Set }]);
    assert!(merged.conflict.is_none());
    // Even where the clock of who wrote it runs ahead; the row does not become older.
    let ahead = merge(&table.rules, &there(&table, [1, 1, 10], stamp(99, 2)), &mine);
    assert!(matches!(ahead.action, Action::Write(_)));
    assert_eq!(ahead.shadow.latest(), stamp(99, 2));
    // Changed by another: it stays, however old; the count is added.
    let kept = merge(&table.rules, &there(&table, [7, 1, 10], stamp(5, 2)), &mine);
    assert_eq!(kept.action, Action::Write(vec![ADD]));
    let conflict = kept.conflict.expect("a value was lost");
    assert_eq!((conflict.winner, conflict.reason), (Winner::Remote, Reason::Updated));
    assert_eq!(conflict.columns, [("a".into(), Winner::Remote)]);
    // Changed by this replica itself before.
    let own = merge(&table.rules, &there(&table, [7, 1, 10], stamp(5, 1)), &mine);
    assert!(own.conflict.is_none() && matches!(own.action, Action::Write(columns) if columns.len() == 2));
    // A delete of what another has changed, and an edit of what another has deleted.
    let delete = edit(&table, Some(base), None, stamp(9, 1));
    let kept = merge(&table.rules, &there(&table, [7, 1, 10], stamp(5, 2)), &delete);
    assert_eq!(kept.action, Action::Keep);
    assert_eq!(kept.conflict.map(|conflict| conflict.reason), Some(Reason::Deleted));
    let gone = Remote { shadow: Shadow::of_deleted(stamp(5, 2)), ..Remote::default() };
    let lost = merge(&table.rules, &gone, &mine);
    assert_eq!(
        (lost.action, lost.conflict.map(|conflict| conflict.winner)),
        (Action::Keep, Some(Winner::Remote))
    );
    // What was not there for either is made; what both have deleted is no loss.
    let insert = edit(&table, None, Some(base), stamp(9, 1));
    assert!(matches!(merge(&table.rules, &gone, &insert).action, Action::Insert(_)));
    assert!(merge(&table.rules, &gone, &delete).conflict.is_none());
    // What is there already changes nothing.
    assert_eq!(merge(&table.rules, &there(&table, [2, 1, 12], stamp(9, 1)), &mine).action, Action::Keep);
}

#[test]
fn a_program_is_asked_only_about_conflicts() {
    let table = table(0, &COLUMNS, Policy::Callback, &[("n", ColumnPolicy::Counter)]);
    let base = [1, 1, 10];
    let mine = edit(&table, Some(base), Some([2, 1, 12]), stamp(9, 1));
    let free = merge(&table.rules, &there(&table, [1, 1, 15], stamp(5, 2)), &mine);
    assert!(matches!(free.action, Action::Write(_)) && free.conflict.is_none());

    for theirs in [stamp(5, 2), stamp(20, 2)] {
        let remote = there(&table, [7, 1, 10], theirs);
        let asked = merge(&table.rules, &remote, &mine);
        assert_eq!(asked.action, Action::Ask);
        let conflict = asked.conflict.expect("that is why");
        assert_eq!(conflict.remote.as_ref().and_then(|row| value(row, 1)), Some(7));
        let latest = theirs.max(stamp(9, 1));

        let keep = resolve(&table.rules, &remote, &mine, Answer::Remote);
        assert_eq!((keep.action, keep.shadow.latest()), (Action::Write(vec![ADD]), latest));
        assert_eq!(keep.conflict.map(|conflict| conflict.winner), Some(Winner::Remote));

        let take = resolve(&table.rules, &remote, &mine, Answer::Local);
        let Action::Write(columns) = &take.action else { panic!("{take:?}") };
        assert_eq!(columns[..], [ADD, ColumnWrite { column: 1, how: How::Set }]);
        assert_eq!(take.shadow.latest(), latest);
        assert_eq!(take.conflict.map(|conflict| conflict.winner), Some(Winner::Local));

        let mixed = row(&table, [5, 5, 5]);
        let mix = resolve(&table.rules, &remote, &mine, Answer::Row(mixed.clone()));
        assert_eq!((mix.action, mix.shadow.latest()), (Action::Replace(mixed.clone()), latest));
        assert_eq!(mix.conflict.map(|conflict| conflict.winner), Some(Winner::Both));
    }
    let gone = Remote { shadow: Shadow::of_deleted(stamp(20, 2)), ..Remote::default() };
    assert_eq!(merge(&table.rules, &gone, &mine).action, Action::Ask);
    let local = resolve(&table.rules, &gone, &mine, Answer::Local);
    assert!(matches!(local.action, Action::Insert(_)) && local.shadow.deleted.is_none());
    let keep = resolve(&table.rules, &gone, &mine, Answer::Remote);
    assert_eq!((keep.action, keep.shadow.deleted), (Action::Keep, Some(stamp(20, 2))));
}

#[test]
fn counters_and_maxima_come_together_in_every_policy() {
    let sums = [("a", ColumnPolicy::Max), ("n", ColumnPolicy::Counter)];
    for policy in
        [Policy::LastWriteWins, Policy::LastWriteWinsPerColumn, Policy::ServerWins, Policy::Callback]
    {
        let table = table(0, &COLUMNS, policy, &sums);
        let mine = edit(&table, Some([1, 1, 10]), Some([5, 1, 13]), stamp(9, 1));
        for theirs in [stamp(5, 2), stamp(20, 2)] {
            let merged = merge(&table.rules, &there(&table, [9, 1, 40], theirs), &mine);
            let expected = vec![ColumnWrite { column: 1, how: How::Max }, ADD];
            assert_eq!(merged.action, Action::Write(expected), "{policy:?}");
            assert!(merged.conflict.is_none(), "{policy:?}: nobody loses");
        }
    }
}

#[test]
fn columns_of_a_deleted_row_come_back_as_they_would_be() {
    let table = table(0, &COLUMNS, Policy::LastWriteWinsPerColumn, &[]);
    let base = [1, 1, 1];
    let edits = [
        edit(&table, Some(base), None, stamp(10, 1)),
        edit(&table, Some(base), Some([2, 1, 1]), stamp(9, 2)),
        edit(&table, Some(base), Some([1, 3, 1]), stamp(12, 3)),
        edit(&table, Some(base), Some([4, 1, 1]), stamp(8, 4)),
    ];
    let mut orders = 0;
    for order in 0..4_usize.pow(4) {
        let order = [0, 1, 2, 3].map(|at| order / 4_usize.pow(at) % 4);
        if (0..4).any(|at| !order.contains(&at)) {
            continue;
        }
        orders += 1;
        let mut remote = Remote { row: Some(row(&table, base)), ..Remote::default() };
        for at in order {
            let merged = merge(&table.rules, &remote, &edits[at]);
            match merged.action {
                Action::Insert(row) => remote.row = Some(row),
                Action::Delete => remote.row = None,
                Action::Write(columns) => {
                    let row = remote.row.as_mut().expect("it is there");
                    let new = edits[at].image().expect("it has one");
                    columns
                        .iter()
                        .for_each(|write| row.set(write.column, new.fields[write.column].clone(), 20));
                }
                _ => {}
            }
            (remote.shadow, remote.kept) = (merged.shadow, merged.kept);
        }
        assert_eq!(remote.row, Some(row(&table, [2, 3, 1])), "{order:?}");
    }
    assert_eq!(orders, 24);
}
