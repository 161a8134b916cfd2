use std::collections::HashMap;

use super::edit::{Edit, Stamped};
use super::image::Image;
use super::key::RowKey;
use super::stamp::Stamp;

/// Makes one edit of all that a run of changes did to a row, in the order in which rows were first touched.
///
/// A row that the run made and deleted again gives none: nobody else has ever seen it. A changed key is the end of one row and
/// the beginning of another.
pub(crate) fn compact<'a>(changes: impl IntoIterator<Item = &'a Stamped>) -> Vec<Edit> {
    let changes = changes.into_iter();
    let expected = changes.size_hint().0;
    let mut rows = Rows { all: Vec::with_capacity(expected), places: HashMap::with_capacity(expected) };
    for Stamped { change, stamp } in changes {
        if change.is_idle() {
            continue;
        }
        let moved = change.old_key != change.new_key;
        if let Some(key) = &change.old_key {
            let to = if moved { None } else { change.new.as_ref() };
            rows.row(key, change.old.as_ref()).becomes(to, *stamp);
        }
        if let Some(key) = change.new_key.as_ref().filter(|_| moved) {
            rows.row(key, None).becomes(change.new.as_ref(), *stamp);
        }
    }
    rows.all.into_iter().filter(|edit| edit.base.is_some() || edit.row.is_some()).collect()
}

/// The rows of a run, each with what was done to it until now.
struct Rows<'a> {
    all: Vec<Edit>,
    places: HashMap<&'a RowKey, usize>,
}

impl<'a> Rows<'a> {
    /// A row: as it is by now, or as it was before its first change.
    fn row(&mut self, key: &'a RowKey, base: Option<&Image>) -> &mut Edit {
        let next = self.all.len();
        let place = if mutant!(NoCompaction) { next } else { *self.places.entry(key).or_insert(next) };
        if place == next {
            self.all.push(Edit {
                key: key.clone(),
                base: base.cloned(),
                row: base.cloned(),
                last: None,
                changed: Vec::new(),
                stamp: Stamp::ZERO,
            });
        }
        &mut self.all[place]
    }
}

impl Edit {
    /// Adds what one more change did.
    fn becomes(&mut self, row: Option<&Image>, stamp: Stamp) {
        self.stamp = stamp;
        let before = self.row.take();
        let Some(row) = row else {
            // What was touched stays known, for whoever brings the row back.
            self.last = before.or(self.last.take());
            return;
        };
        self.changed = match &before {
            None => (0..row.fields.len()).map(|at| (at, stamp)).collect(),
            Some(before) => {
                let earlier = |at: usize| {
                    let was = before.layout.position(&row.layout.columns[at])?;
                    Some(self.changed[self.changed.binary_search_by_key(&was, |touched| touched.0).ok()?].1)
                };
                let touched = |at: usize| if row.agrees(before, at) { earlier(at) } else { Some(stamp) };
                (0..row.fields.len()).filter_map(|at| Some((at, touched(at)?))).collect()
            }
        };
        (self.row, self.last) = (Some(row.clone()), None);
    }
}
