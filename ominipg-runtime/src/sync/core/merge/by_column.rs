use std::sync::Arc;

use super::super::image::Image;
use super::super::stamp::Stamp;
use super::case::{Case, write};
use super::conflict::{Reason, Winner};
use super::merged::{Action, ColumnWrite, How, Merged};
use super::shadow::Shadow;

/// Each column that the edit has changed wins or loses for itself; whether the row is there, its last write tells.
pub(super) fn merge(case: &Case<'_>) -> Merged {
    match (&case.remote.row, case.edit.image()) {
        (Some(remote), Some(image)) => there(case, remote, image),
        (None, Some(image)) => gone(case, image),
        // An edit without any image is none.
        (_, None) => case.keep(None),
    }
}

/// The columns that the edit wins, and those in which somebody loses a value.
fn columns(case: &Case<'_>, remote: &Image, image: &Image) -> Columns {
    let mut columns =
        Columns { shadow: case.remote.shadow.clone(), writes: case.sums().collect(), lost: Vec::new() };
    for &(column, stamp) in &case.edit.changed {
        let name = &image.layout.columns[column];
        let theirs = case.remote.shadow.of(name);
        let wins = stamp.beats(theirs);
        if wins {
            columns.shadow.set(name, stamp);
        }
        if case.how(column) != How::Set || image.agrees(remote, column) || stamp == theirs {
            continue;
        }
        if wins {
            columns.writes.push(ColumnWrite { column, how: How::Set });
        }
        // Who overwrites a value from which it started takes nothing from anybody.
        if theirs.replica() != case.edit.replica() && (!wins || case.moved(remote, image, column)) {
            columns.lost.push((name.clone(), if wins { Winner::Local } else { Winner::Remote }));
        }
    }
    columns.shadow.shorten(&image.layout.columns);
    columns
}

struct Columns {
    shadow: Shadow,
    writes: Vec<ColumnWrite>,
    lost: Vec<(Arc<str>, Winner)>,
}

fn there(case: &Case<'_>, remote: &Image, image: &Image) -> Merged {
    let Columns { mut shadow, writes, lost } = columns(case, remote, image);
    if case.edit.row.is_some() {
        let conflict = case.conflict_over(lost);
        return Merged { action: write(writes), shadow, kept: None, conflict };
    }
    if !case.wins() {
        let conflict = case.foreign().then(|| case.conflict(Winner::Remote, Reason::Deleted));
        return Merged { action: write(writes), shadow, kept: None, conflict };
    }
    shadow.deleted = Some(case.edit.stamp);
    let lost = (0..remote.fields.len()).any(|column| {
        let theirs = case.remote.shadow.of(&remote.layout.columns[column]).replica();
        theirs != case.edit.replica() && case.moved(remote, remote, column)
    });
    let conflict = lost.then(|| case.conflict(Winner::Local, Reason::Deleted));
    let kept = Some(overlaid(remote, image, set(&writes, image)));
    Merged { action: Action::Delete, shadow, kept, conflict }
}

fn gone(case: &Case<'_>, image: &Image) -> Merged {
    let kept = case.remote.kept.as_ref().unwrap_or(image);
    let Columns { mut shadow, writes, lost } = columns(case, kept, image);
    let deleted = case.remote.shadow.deleted;
    if case.edit.row.is_some() && case.wins() {
        shadow.deleted = None;
        // Counters of a deleted row were not added to, so those of the edit are what is known.
        let won = |column: usize, name: &str| {
            case.edit.changed.iter().any(|&(at, stamp)| at == column && stamp >= shadow.of(name))
        };
        let names = image.layout.columns.iter().enumerate();
        let theirs = names.filter(|&(column, name)| case.how(column) == How::Set && !won(column, name));
        let row = overlaid(image, kept, theirs.map(|(_, name)| &**name));
        let conflict = if deleted.is_some() && case.edit.base.is_some() && case.foreign() {
            Some(case.conflict(Winner::Local, Reason::Deleted))
        } else {
            // What was deleted is nobody's loss any more; what the edit loses to it is.
            let lost = lost.into_iter().filter(|column| column.1 == Winner::Remote).collect();
            case.conflict_over(lost)
        };
        return Merged { action: Action::Insert(row), shadow, kept: None, conflict };
    }
    let kept = overlaid(kept, image, set(&writes, image));
    let mut merged = Merged { action: Action::Keep, shadow, kept: Some(kept), conflict: None };
    if case.edit.row.is_some() {
        merged.conflict = case.foreign().then(|| case.conflict(Winner::Remote, Reason::Deleted));
    } else {
        merged.shadow.deleted = Some(case.edit.stamp.max(deleted.unwrap_or(Stamp::ZERO)));
        merged.action = if case.wins() { Action::Delete } else { Action::Keep };
    }
    merged
}

/// The names of the columns that are set.
fn set<'a>(writes: &'a [ColumnWrite], image: &'a Image) -> impl Iterator<Item = &'a str> {
    writes.iter().filter(|write| write.how == How::Set).map(|write| &*image.layout.columns[write.column])
}

/// An image with some columns of another, where both have them.
fn overlaid<'a>(under: &Image, over: &Image, columns: impl Iterator<Item = &'a str>) -> Image {
    let mut image = under.clone();
    for name in columns {
        if let (Some(at), Some(from)) = (under.layout.position(name), over.layout.position(name)) {
            image.set(at, over.fields[from].clone(), over.types[from]);
        }
    }
    image
}
