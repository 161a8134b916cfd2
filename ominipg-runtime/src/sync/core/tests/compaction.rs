use super::super::{
    Batch, Change, Clock, Edit, HybridTime, Limits, Local, ReplicaId, Stamped, compact, cut, stamp_all,
    transactions,
};
use super::random::Random;
use super::replica::{Replica, Wall};
use super::run::sync;
use super::server::Server;
use super::tables::{HARD, ROWS, TABLES, image, row_key, value};

const NOW: u64 = 1_700_000_000_000;

fn name(id: u64) -> ReplicaId {
    ReplicaId::new(id).expect("it is not zero")
}

/// A row before a change or after it: id and values.
type Row = Option<[i64; 4]>;

/// Changes one after the other.
fn changes(all: &[(Row, Row)]) -> Vec<Stamped> {
    let row = |values: [i64; 4]| image(ROWS, &values.map(Some));
    let change = |(at, (old, new)): (usize, &(Row, Row))| {
        let key = |values: [i64; 4]| row_key(ROWS, values[0]);
        Change {
            seq: at as i64 + 1,
            at: NOW,
            old: old.map(row),
            new: new.map(row),
            old_key: old.map(key),
            new_key: new.map(key),
        }
    };
    let changes: Vec<_> = all.iter().enumerate().map(change).collect();
    stamp_all(changes, &mut Clock::new(HybridTime::ZERO), NOW, name(1)).0
}

/// What edits come to: id, base, row, and which columns were changed by which change.
type Told = (i64, Option<i64>, Option<i64>, Vec<(usize, u64)>);

fn told(edits: &[Edit]) -> Vec<Told> {
    let one = |edit: &Edit| {
        let id = i64::from_be_bytes(edit.key.key.0[0][..].try_into().expect("eight bytes"));
        let a = |image: &Option<_>| image.as_ref().and_then(|image| value(image, 1));
        let first = HybridTime::from_ms(NOW).get();
        let changed = edit.changed.iter().map(|(at, stamp)| (*at, stamp.time().get() - first)).collect();
        (id, a(&edit.base), a(&edit.row), changed)
    };
    edits.iter().map(one).collect()
}

#[test]
fn a_run_comes_to_one_edit_for_each_row() {
    let row = |id, a| Some([id, a, 0, 0]);
    let all = |at| (0..4).map(|column| (column, at)).collect::<Vec<_>>();
    let comes_to = |changes: &[_]| told(&compact(&self::changes(changes)));
    // Made, changed and deleted: nothing. Deleted and made again: all of it is new.
    assert_eq!(comes_to(&[(None, row(1, 5)), (row(1, 5), row(1, 6)), (row(1, 6), None)]), []);
    assert_eq!(comes_to(&[(row(1, 5), None), (None, row(1, 7))]), [(1, Some(5), Some(7), all(1))]);
    assert_eq!(comes_to(&[(None, row(1, 5)), (row(1, 5), row(1, 6))])[0].3[..2], [(0, 0), (1, 1)]);
    // Changed and deleted: what was changed stays known.
    let edits = compact(&changes(&[(row(1, 5), row(1, 6)), (row(1, 6), None)]));
    assert_eq!(told(&edits), [(1, Some(5), None, vec![(1, 0)])]);
    assert_eq!(edits[0].last.as_ref().and_then(|last| value(last, 1)), Some(6));
    // Changed and changed back is a change; what changes nothing is none.
    let back = comes_to(&[(row(1, 5), row(1, 6)), (row(1, 6), row(1, 5))]);
    assert_eq!(back, [(1, Some(5), Some(5), vec![(1, 1)])]);
    assert_eq!(comes_to(&[(row(1, 5), row(1, 5))]), []);
    // A key that moves, and two that change places over a third.
    let moved = comes_to(&[(row(1, 5), row(2, 5))]);
    assert_eq!(moved, [(1, Some(5), None, vec![]), (2, None, Some(5), all(0))]);
    let swapped = comes_to(&[(row(1, 5), row(9, 5)), (row(2, 6), row(1, 6)), (row(9, 5), row(2, 5))]);
    assert_eq!(swapped, [(1, Some(5), Some(6), all(1)), (2, Some(6), Some(5), all(2))]);
}

#[test]
fn a_replica_alone_makes_the_server_what_it_is() {
    for seed in 1..=60 {
        let (mut random, mut fresh) = (Random::new(seed), 0);
        let wall = Wall::any(&mut random, NOW);
        let mut replica = Replica::new(name(3), wall);
        let mut server = Server::new();
        let limits = Limits { rows: 1 + random.below(12), bytes: 100 + random.below(2000) };
        for now in (NOW..).step_by(1000).take(12) {
            replica.transaction(&mut random, now, &mut fresh);
            if random.percent(30) {
                sync(0, &mut replica, &mut server, limits, now).expect("it goes");
            }
        }
        sync(0, &mut replica, &mut server, limits, NOW + 60_000).expect("it goes");
        let poisoned = server.parked.iter().any(|parked| !parked.is_empty());
        let of = |(key, _): &(&super::super::RowKey, _)| key.table != HARD;
        let theirs: Vec<_> = server.rows.iter().filter(of).collect();
        let own: Vec<_> = replica.rows.iter().filter(of).collect();
        assert!(poisoned || own == theirs, "seed {seed}:\n{own:?}\n{theirs:?}");
        assert!(server.journal.is_empty(), "seed {seed}: nobody was there to lose anything");
    }
}

#[test]
fn one_edit_does_what_its_changes_do() {
    for seed in 1..=200 {
        let (mut random, mut fresh) = (Random::new(seed), 0);
        let mut replica = Replica::new(name(3), Wall::Right);
        let mut other = Replica::new(name(4), Wall::Right);
        let mut server = Server::new();
        (0..4).for_each(|_| other.transaction(&mut random, NOW, &mut fresh));
        sync(0, &mut other, &mut server, Limits::default(), NOW).expect("it goes");
        (0..6).for_each(|_| replica.transaction(&mut random, NOW, &mut fresh));
        let Local { replica: name, mark, .. } = replica.local;
        let batch = Batch::new(name, mark, NOW, &replica.log).expect("its images can be read");
        let (mut once, mut each) = (server.clone(), server);
        for edit in &batch.edits {
            once.merge(edit);
        }
        for change in &batch.changes {
            for edit in compact([change]) {
                each.merge(&edit);
            }
        }
        // What the run made and deleted again never was there, and so has no tombstone.
        let seen = |key: &super::super::RowKey| batch.edits.iter().any(|edit| edit.key == *key);
        for key in each.shadows.keys().filter(|key| seen(key)) {
            assert_eq!(once.rows.get(key), each.rows.get(key), "seed {seed}: {key:?}");
            assert_eq!(once.shadows.get(key), each.shadows.get(key), "seed {seed}: {key:?}");
        }
    }
}

#[test]
fn a_batch_ends_where_a_transaction_does() {
    let mut random = Random::new(5);
    let mut replica = Replica::new(name(1), Wall::Right);
    let mut fresh = 0;
    (0..40).for_each(|_| replica.transaction(&mut random, NOW, &mut fresh));
    let all = transactions(&replica.log);
    assert!(all.len() > 10 && all.iter().any(|of| of.len() > 3));
    for rows in 1..20 {
        let limits = Limits { rows, bytes: usize::MAX };
        for end in 0..replica.log.len() {
            let (some, more) = (&replica.log[..end], end < replica.log.len());
            match cut(some, more, limits) {
                Some(at) => {
                    assert!(at > 0 && all.iter().any(|of| of.end == at), "{rows} {end}: {at}");
                    assert!(at <= rows || at == all[0].end, "only one transaction alone may be more");
                }
                None => assert!(all[0].end >= end, "the first was whole: {rows} {end}"),
            }
        }
    }
    assert_eq!(cut(&[], false, Limits::default()), Some(0));
    assert_eq!(cut(&[], true, Limits::default()), None);
    let whole = cut(&replica.log, false, Limits { rows: usize::MAX, bytes: 1 });
    assert_eq!(whole, Some(all[0].end), "always one");
}

#[test]
fn a_retry_gives_the_same_stamps() {
    let (mut random, mut fresh) = (Random::new(9), 0);
    let mut replica = Replica::new(name(1), Wall::Wild);
    (0..20).for_each(|_| replica.transaction(&mut random, NOW, &mut fresh));
    let Local { replica: name, mark, .. } = replica.local;
    let batch = || Batch::new(name, mark, NOW, &replica.log).expect("its images can be read");
    let (one, two) = (batch(), batch());
    let stamps = |batch: &Batch| batch.changes.iter().map(|change| change.stamp).collect::<Vec<_>>();
    assert_eq!(stamps(&one), stamps(&two));
    assert_eq!(one.mark, two.mark);
    assert!(stamps(&one).windows(2).all(|pair| pair[0] < pair[1]));
    assert!(one.clamped > 0 && TABLES.len() > HARD);
}
