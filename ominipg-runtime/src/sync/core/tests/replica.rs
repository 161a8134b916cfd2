use std::collections::BTreeMap;

use super::super::{Event, Image, Local, Mark, Op, RawChange, ReplicaId, RowKey};
use super::random::Random;
use super::tables::{APPEND, COLUMNS, HARD, POISON, PROBE, ROWS, field, image, row_key, seeds, value};

const YEAR: u64 = 365 * 24 * 3600 * 1000;

/// What a replica takes for the time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wall {
    Right,
    Ahead(u64),
    Behind(u64),
    Frozen(u64),
    /// Anywhere, each time anew.
    Wild,
}

impl Wall {
    pub(super) fn any(random: &mut Random, now: u64) -> Self {
        match random.below(8) {
            0 | 1 => Self::Right,
            2 => Self::Ahead(10 * YEAR),
            3 => Self::Ahead(random.next() % 600_000),
            4 => Self::Behind(10 * YEAR),
            5 => Self::Behind(random.next() % 600_000),
            // The same for all that are frozen by then.
            6 => Self::Frozen(now - now % 60_000),
            _ => Self::Wild,
        }
    }

    fn read(self, random: &mut Random, now: u64) -> u64 {
        match self {
            Self::Right => now,
            Self::Ahead(by) => now + by,
            Self::Behind(by) => now - by,
            Self::Frozen(at) => at,
            Self::Wild => now - 10 * YEAR + random.next() % (20 * YEAR),
        }
    }
}

/// A replica: its folder. A clone is a copy of the folder.
#[derive(Clone)]
pub(super) struct Replica {
    pub(super) local: Local,
    pub(super) rows: BTreeMap<RowKey, Image>,
    pub(super) log: Vec<RawChange>,
    pub(super) wall: Wall,
    seq: i64,
    tx: u64,
    at: u64,
}

impl Replica {
    pub(super) fn new(id: ReplicaId, wall: Wall) -> Self {
        let key = |image: &Image| RowKey { table: image.layout.table, key: image.key().expect("it has one") };
        let rows = seeds().into_iter().map(|image| (key(&image), image)).collect();
        let local = Local::new(id, 0, super::super::HybridTime::ZERO);
        Self { local, rows, log: Vec::new(), wall, seq: 0, tx: 0, at: 0 }
    }

    /// Puts a row where it belongs, and writes the change down.
    fn change(&mut self, old: Option<Image>, new: Option<Image>) {
        let key = |image: &Image| RowKey { table: image.layout.table, key: image.key().expect("it has one") };
        let Some(layout) = old.as_ref().or(new.as_ref()).map(|image| image.layout.clone()) else { return };
        if let Some(old) = &old {
            self.rows.remove(&key(old));
        }
        if let Some(new) = &new {
            self.rows.insert(key(new), new.clone());
        }
        let op = match (&old, &new) {
            (None, _) => Op::Insert,
            (_, None) => Op::Delete,
            _ => Op::Update,
        };
        self.seq += 1;
        let bytes = |image: Option<Image>| image.map(|image| image.to_bytes());
        let (seq, tx, at, layout_id) = (self.seq, self.tx, self.at, layout.table as i32);
        self.log.push(RawChange { seq, tx, at, layout_id, layout, op, old: bytes(old), new: bytes(new) });
    }

    pub(super) fn begin(&mut self, random: &mut Random, now: u64) {
        // Copies of a folder shall not come to the same transaction by chance.
        self.tx += 1 + random.next() % (1 << 40);
        self.at = self.wall.read(random, now);
        // Sequences have gaps: what was rolled back took numbers too.
        self.seq += random.below(2) as i64;
    }

    /// A transaction of a few changes; with the probes, most often. `fresh` is a number that nobody else gets.
    pub(super) fn transaction(&mut self, random: &mut Random, now: u64, fresh: &mut i64) {
        self.begin(random, now);
        let poison = random.percent(2);
        for _ in 0..1 + random.below(4) {
            let table = if poison { HARD } else { [ROWS, COLUMNS][random.below(2)] };
            self.any(random, table, fresh);
        }
        if random.percent(70) {
            *fresh += 1;
            let (id, delta) = (*fresh, if poison { 0 } else { 1 + random.below(5) as i64 });
            self.change(None, Some(image(APPEND, &[Some(id), Some(delta)])));
            // What is parked takes along all that touches its rows later: the probe shall not be one of them.
            if !poison {
                self.count(id, delta);
            }
        }
    }

    /// Adds to the counter, and raises the maximum.
    pub(super) fn count(&mut self, id: i64, delta: i64) {
        let Some(old) = self.rows.get(&row_key(PROBE, 0)).cloned() else { return };
        let mut new = old.clone();
        new.set(1, Some(field(value(&old, 1).unwrap_or(0) + delta)), 20);
        new.set(2, value(&old, 2).max(Some(id)).map(field), 20);
        self.change(Some(old), Some(new));
    }

    fn any(&mut self, random: &mut Random, table: usize, fresh: &mut i64) {
        let mut next = || {
            *fresh += 1;
            Some(*fresh)
        };
        let id = random.below(5) as i64;
        let old = self.rows.get(&row_key(table, id)).cloned();
        if table == HARD {
            let a = if random.percent(70) { Some(POISON) } else { next() };
            return self.change(old, Some(image(HARD, &[Some(id), a])));
        }
        let Some(old) = old else {
            return self.change(None, Some(image(table, &[Some(id), next(), next(), next()])));
        };
        match random.below(20) {
            0..=3 => self.change(Some(old), None),
            4 => {
                let to = random.below(5) as i64;
                if !self.rows.contains_key(&row_key(table, to)) {
                    let mut new = old.clone();
                    new.set(0, Some(field(to)), 20);
                    self.change(Some(old), Some(new));
                }
            }
            5 => {
                let all = self.rows.values().filter(|row| row.layout.table == table).cloned();
                for row in all.collect::<Vec<_>>() {
                    self.change(Some(row), None);
                }
            }
            6 => self.change(Some(old.clone()), Some(old)),
            _ => {
                let mut new = old.clone();
                for at in 1..4 {
                    if random.percent(40) {
                        new.set(at, if random.percent(10) { None } else { next().map(field) }, 20);
                    }
                }
                self.change(Some(old), Some(new));
            }
        }
    }

    /// What the change log has in a range, and whether it has more.
    pub(super) fn read(&self, after: i64, through: Option<i64>, rows: usize) -> (Vec<RawChange>, bool) {
        let asked =
            |change: &&RawChange| change.seq > after && through.is_none_or(|through| change.seq <= through);
        let mut all = self.log.iter().filter(asked);
        let changes = all.by_ref().take(rows).cloned().collect();
        (changes, all.next().is_some())
    }

    /// Notes something, if the replica still has the name and the mark that it had.
    pub(super) fn note(&mut self, name: ReplicaId, before: &Mark, note: impl FnOnce(&mut Local)) -> Event {
        if self.local.replica != name || !self.local.mark.agrees(before) {
            return Event::Overtaken;
        }
        note(&mut self.local);
        Event::Noted
    }
}
