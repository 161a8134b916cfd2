//! Foreign keys: from `$ref`s to the columns of other tables, and from `x-ominipg.references`.

use super::Context;
use super::cursor::Cursor;
use super::table::Draft;
use crate::diagnostic::{Code, Finding, Place};
use crate::model::link::{Action, ForeignKey};
use crate::names;
use crate::read::Form;

/// One column that refers to another.
struct Reference {
    column: usize,
    target: usize,
    target_column: usize,
    on_delete: Action,
    on_update: Action,
    enforced: bool,
    indexed: bool,
    place: Place,
}

pub(super) fn link<'a>(context: &mut Context<'a, '_>, drafts: &mut [Draft<'a>]) {
    for table in 0..drafts.len() {
        let references = references(context, drafts, table);
        drafts[table].table.foreign_keys = foreign_keys(context, drafts, references);
    }
}

fn references<'a>(context: &mut Context<'a, '_>, drafts: &[Draft<'a>], table: usize) -> Vec<Reference> {
    let mut out = Vec::new();
    for (column, links) in drafts[table].links.iter().enumerate() {
        if let Some(at) = links.references {
            out.extend(explicit(context, drafts, column, at));
        } else if let Some((target, property, place)) = &links.column_ref
            // A property that did not become a column has an error of its own.
            && let Some(target_column) = drafts[*target].table.column(property)
        {
            out.push(Reference {
                column,
                target: *target,
                target_column,
                on_delete: Action::Nothing,
                on_update: Action::Nothing,
                enforced: true,
                indexed: true,
                place: place.place(),
            });
        }
    }
    out
}

fn explicit<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    column: usize,
    at: Cursor<'a>,
) -> Option<Reference> {
    let target = table(context, drafts, at.get("table")?)?;
    let target_column = super::table::one_column(context, &drafts[target].table, at.get("column")?)?;
    let (on_delete, on_update) = (action(at, "onDelete"), action(at, "onUpdate"));
    let unless_told = |key| at.get(key).and_then(|at| at.node.bool()).unwrap_or(true);
    let (enforced, indexed) = (unless_told("enforce"), unless_told("index"));
    let place = at.place();
    Some(Reference { column, target, target_column, on_delete, on_update, enforced, indexed, place })
}

fn action(at: Cursor<'_>, key: &str) -> Action {
    match at.get(key).and_then(|at| at.node.str()) {
        Some("restrict") => Action::Restrict,
        Some("cascade") => Action::Cascade,
        Some("setNull") => Action::SetNull,
        Some("setDefault") => Action::SetDefault,
        _ => Action::Nothing,
    }
}

/// The table that a text names, by its SQL name, its file or its key in a bundle.
pub(super) fn table<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    name: Cursor<'a>,
) -> Option<usize> {
    let text = name.node.str()?;
    let by_file =
        |index: usize| matches!(&context.documents[index].form, Form::Table { name, .. } if name == text);
    let found = (0..drafts.len()).find(|index| drafts[*index].table.name == text || by_file(*index));
    if found.is_none() {
        let known = drafts.iter().map(|draft| draft.table.name.as_str());
        let help = match names::closest(text, known.clone()) {
            Some(closest) => format!("do you mean `{closest}`?"),
            None => format!(
                "the tables are {}",
                known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
        };
        context.add(
            Finding::new(Code::UnknownTable, name.place(), format!("there is no table `{text}`")).help(help),
        );
    }
    found
}

/// References to a unique column stand alone; those that make up a key of several columns go together.
fn foreign_keys(
    context: &mut Context<'_, '_>,
    drafts: &[Draft<'_>],
    references: Vec<Reference>,
) -> Vec<ForeignKey> {
    let mut out = Vec::new();
    let mut parts: Vec<Reference> = Vec::new();
    for reference in references {
        let alone = drafts[reference.target].table.is_unique(&[reference.target_column]);
        if alone || !reference.enforced {
            out.push(whole(&[&reference]));
        } else {
            parts.push(reference);
        }
    }
    while let Some(first) = parts.first() {
        let target = first.target;
        let (group, rest): (Vec<Reference>, Vec<Reference>) =
            parts.into_iter().partition(|part| part.target == target);
        parts = rest;
        let columns: Vec<usize> = group.iter().map(|part| part.target_column).collect();
        if drafts[target].table.is_unique(&columns) {
            out.push(whole(&group.iter().collect::<Vec<_>>()));
        } else {
            group.iter().for_each(|part| context.add(not_unique(drafts, part)));
        }
    }
    out.sort_by(|a, b| a.columns.cmp(&b.columns));
    out
}

fn whole(parts: &[&Reference]) -> ForeignKey {
    let first = parts[0];
    ForeignKey {
        columns: parts.iter().map(|part| part.column).collect(),
        target: first.target,
        target_columns: parts.iter().map(|part| part.target_column).collect(),
        on_delete: told(parts.iter().map(|part| part.on_delete)),
        on_update: told(parts.iter().map(|part| part.on_update)),
        enforced: parts.iter().all(|part| part.enforced),
        indexed: parts.iter().all(|part| part.indexed),
        place: first.place,
    }
}

/// One of a key's columns speaks for all.
fn told(mut actions: impl Iterator<Item = Action>) -> Action {
    actions.find(|action| *action != Action::Nothing).unwrap_or(Action::Nothing)
}

fn not_unique(drafts: &[Draft<'_>], part: &Reference) -> Finding {
    let target = &drafts[part.target].table;
    let at = target.columns[part.target_column].place;
    let column = &target.columns[part.target_column].property;
    let message = format!("`{column}` of `{}` is not unique, so no foreign key can lead to it", target.name);
    let help = format!(
        "add `\"unique\": [\"{column}\"]` to the `x-ominipg` of `{0}`, refer to every part of its key, or write\n\
         `\"references\": {{ \"table\": \"{0}\", \"column\": \"{column}\", \"enforce\": false }}` to have the relation without the foreign key",
        target.name
    );
    Finding::new(Code::ForeignKeyTarget, part.place, message).and(at, "not unique").help(help)
}
