//! What the server must have in the end, told by the stamped changes alone and without any of the code that merges them.

use std::collections::BTreeMap;

use super::super::{Image, RowKey, Stamp, Stamped};
use super::server::Unit;
use super::tables::{COLUMNS, seeds, value};

/// What one replica did to a row in what was applied at once.
pub(super) struct Touched<'a> {
    pub(super) key: &'a RowKey,
    /// The row that it started from.
    pub(super) base: Option<&'a Image>,
    /// The row that came out.
    pub(super) row: Option<&'a Image>,
    /// The last stamp.
    pub(super) stamp: Stamp,
    /// The last stamp of each column.
    pub(super) columns: BTreeMap<usize, Stamp>,
    /// The last value that each column had.
    pub(super) values: BTreeMap<usize, Option<i64>>,
}

/// A row before a change and after it, and the stamp of the change.
type Step<'a> = (Option<&'a Image>, Option<&'a Image>, Stamp);

/// What a unit did, row by row.
pub(super) fn touched(unit: &Unit) -> Vec<Touched<'_>> {
    let mut rows: BTreeMap<&RowKey, Vec<Step<'_>>> = BTreeMap::new();
    for Stamped { change, stamp } in &unit.changes {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        if change.old_key == change.new_key {
            if let Some(key) = &change.old_key {
                rows.entry(key).or_default().push((old, new, *stamp));
            }
            continue;
        }
        if let Some(key) = &change.old_key {
            rows.entry(key).or_default().push((old, None, *stamp));
        }
        if let Some(key) = &change.new_key {
            rows.entry(key).or_default().push((None, new, *stamp));
        }
    }
    rows.into_iter().filter_map(|(key, steps)| one(key, &steps)).collect()
}

fn one<'a>(key: &'a RowKey, steps: &[Step<'a>]) -> Option<Touched<'a>> {
    let mut touched: Option<Touched<'a>> = None;
    for &(old, new, stamp) in steps {
        let differ = |at: &usize| match (old, new) {
            (Some(old), Some(new)) => value(old, *at) != value(new, *at),
            (_, new) => new.is_some(),
        };
        let width = new.or(old).map_or(0, |image| image.fields.len());
        let columns: Vec<_> = (0..width).filter(differ).collect();
        if old.is_some() && new.is_some() && columns.is_empty() {
            continue;
        }
        let touched = touched.get_or_insert(Touched {
            key,
            base: old,
            row: None,
            stamp,
            columns: BTreeMap::new(),
            values: BTreeMap::new(),
        });
        (touched.row, touched.stamp) = (new, stamp);
        for column in columns {
            touched.columns.insert(column, stamp);
            touched.values.insert(column, new.and_then(|new| value(new, column)));
        }
    }
    // What was made and deleted at once has never been there.
    touched.filter(|touched| touched.base.is_some() || touched.row.is_some())
}

/// The rows of the tables that have no counters, as they must be.
pub(super) fn expected<'a>(
    units: impl IntoIterator<Item = &'a Unit>,
    table: usize,
) -> BTreeMap<i64, Vec<Option<i64>>> {
    let mut rows: BTreeMap<i64, Row> = BTreeMap::new();
    for image in seeds().iter().filter(|image| image.layout.table == table) {
        let values = (0..image.fields.len()).map(|at| (Stamp::ZERO, value(image, at))).collect();
        rows.insert(value(image, 0).unwrap_or_default(), Row { there: (Stamp::ZERO, true), values });
    }
    for unit in units {
        for touched in touched(unit).iter().filter(|touched| touched.key.table == table) {
            let image = touched.row.or(touched.base);
            let (Some(id), Some(image)) = (touched.key.key.0.first(), image) else { continue };
            let id = i64::from_be_bytes(id[..].try_into().unwrap_or_default());
            let width = image.fields.len();
            // A copy of a folder may change a row that the folder had made and deleted before anybody else saw it.
            let base = |at| touched.base.and_then(|base| value(base, at));
            let row = rows.entry(id).or_insert_with(|| Row {
                there: (Stamp::ZERO, false),
                values: (0..width).map(|at| (Stamp::ZERO, base(at))).collect(),
            });
            row.there = row.there.max((touched.stamp, touched.row.is_some()));
            for at in 0..width {
                let (stamp, value) = if table == COLUMNS {
                    match touched.columns.get(&at) {
                        Some(stamp) => (*stamp, touched.values[&at]),
                        None => continue,
                    }
                } else {
                    (touched.stamp, touched.row.and_then(|row| value(row, at)))
                };
                if stamp > row.values[at].0 {
                    row.values[at] = (stamp, value);
                }
            }
        }
    }
    let there = rows.into_iter().filter(|(_, row)| row.there.1);
    there.map(|(id, row)| (id, row.values.into_iter().map(|value| value.1).collect())).collect()
}

struct Row {
    /// The last write, and whether the row was there after it.
    there: (Stamp, bool),
    values: Vec<(Stamp, Option<i64>)>,
}
