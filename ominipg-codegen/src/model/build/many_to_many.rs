//! Relations by way of a table between: it holds keys of both sides.

use super::cursor::Cursor;
use super::relation::Ends;
use super::table::{Draft, columns};
use super::{Context, foreign_key};
use crate::diagnostic::{Code, Finding, Place};
use crate::model::link::{ForeignKey, Relation, RelationKind, Through};
use crate::names;

/// Whether a list of rows of the target can only mean this: they hold no key of the table, and another table has keys of both.
pub(super) fn is_meant(drafts: &[Draft<'_>], ends: Ends) -> bool {
    let leads = |from: usize, to: usize| drafts[from].table.foreign_keys.iter().any(|key| key.target == to);
    !leads(ends.target, ends.table) && !between(drafts, ends).is_empty()
}

/// A relation that the schema only names.
pub(super) fn implied<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    ends: Ends,
    name: &str,
    place: Place,
    at: Place,
    doc: String,
) -> Option<Relation> {
    let tables = between(drafts, ends);
    let [table] = tables[..] else {
        let names: Vec<String> =
            tables.iter().map(|&table| format!("`{}`", drafts[table].table.name)).collect();
        let message = format!("the relation `{name}` can go through several tables: {}", names.join(", "));
        let finding = unclear(at, message, drafts, ends, name, tables[0]);
        let one = |finding: Finding, &table: &usize| finding.and(drafts[table].table.place, "one of them");
        context.add(tables.iter().fold(finding, one));
        return None;
    };
    let (from, to) = both(context, drafts, ends, table, name, at)?;
    Some(relation(name, doc, ends, table, from, to, place))
}

/// A relation of `x-ominipg.relations`.
pub(super) fn explicit<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    ends: Ends,
    name: &str,
    place: Place,
    at: Cursor<'a>,
    doc: Option<String>,
) -> Option<Relation> {
    let Some(through) = at.get("through") else {
        let message = format!("the relation `{name}` does not say through which table it goes");
        let help = "add the table between: `\"through\": \"…\"`";
        context.add(Finding::new(Code::ManyToMany, at.place(), message).help(help));
        return None;
    };
    let table = foreign_key::table(context, drafts, through)?;
    let mut side = |key: &str, target: usize| match at.get(key) {
        None => Some(None),
        Some(names) => {
            let named = columns(context, &drafts[table].table, names)?;
            let found = keys(drafts, table, target).find(|key| key.columns == named);
            if found.is_none() {
                let (between, target) = (&drafts[table].table.name, &drafts[target].table.name);
                let message = format!("these columns of `{between}` do not refer to `{target}`");
                let help = format!(
                    "`{key}` names columns of the table between that are a foreign key to `{target}`"
                );
                context.add(Finding::new(Code::ManyToMany, names.place(), message).help(help));
            }
            Some(Some(found?.clone()))
        }
    };
    let (from, to) = (side("from", ends.table)?, side("to", ends.target)?);
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (from, to) => {
            let (found_from, found_to) = both(context, drafts, ends, table, name, through.place())?;
            (from.unwrap_or(found_from), to.unwrap_or(found_to))
        }
    };
    let fallback = format!("The rows of `{}` that this one is related to.", drafts[ends.target].table.name);
    Some(relation(name, doc.unwrap_or(fallback), ends, table, from, to, place))
}

fn relation(
    name: &str,
    doc: String,
    ends: Ends,
    table: usize,
    from: ForeignKey,
    to: ForeignKey,
    place: Place,
) -> Relation {
    Relation {
        name: names::snake(name),
        doc,
        kind: RelationKind::ManyToMany,
        target: ends.target,
        from: from.target_columns,
        to: to.target_columns,
        through: Some(Through { table, from: from.columns, to: to.columns }),
        place,
    }
}

fn keys<'d>(drafts: &'d [Draft<'_>], table: usize, target: usize) -> impl Iterator<Item = &'d ForeignKey> {
    drafts[table].table.foreign_keys.iter().filter(move |key| key.target == target)
}

/// The tables that have keys of both ends; of a table's relation with itself, two keys of it.
fn between(drafts: &[Draft<'_>], ends: Ends) -> Vec<usize> {
    let count = |table: usize, target: usize| keys(drafts, table, target).count();
    let is_between = |&table: &usize| {
        let is_end = table == ends.table || table == ends.target;
        let wanted = if ends.table == ends.target { 2 } else { 1 };
        !is_end && count(table, ends.table) >= wanted && count(table, ends.target) >= wanted
    };
    (0..drafts.len()).filter(is_between).collect()
}

/// The one key of each end.
fn both<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    ends: Ends,
    table: usize,
    name: &str,
    at: Place,
) -> Option<(ForeignKey, ForeignKey)> {
    let mut one = |target: usize| {
        let mut found = keys(drafts, table, target);
        match (found.next(), found.next()) {
            (Some(key), None) => Some(key.clone()),
            (None, _) => {
                let (between, target) = (&drafts[table].table.name, &drafts[target].table.name);
                let message = format!(
                    "the relation `{name}` goes through `{between}`, of which no column refers to `{target}`"
                );
                let help =
                    format!("give `{between}` a column that refers to `{target}`, or name another table");
                context.add(Finding::new(Code::ManyToMany, at, message).help(help));
                None
            }
            (Some(_), Some(_)) => {
                let (between, to) = (&drafts[table].table.name, &drafts[target].table.name);
                let message = format!(
                    "the relation `{name}` can go by several keys of `{between}`, which all refer to `{to}`"
                );
                let finding = unclear(at, message, drafts, ends, name, table);
                let one = |finding: Finding, key: &ForeignKey| finding.and(key.place, "one of them");
                context.add(keys(drafts, table, target).fold(finding, one));
                None
            }
        }
    };
    Some((one(ends.table)?, one(ends.target)?))
}

fn unclear(
    at: Place,
    message: String,
    drafts: &[Draft<'_>],
    ends: Ends,
    name: &str,
    table: usize,
) -> Finding {
    let property = |key: Option<&ForeignKey>| {
        key.map_or("…", |key| drafts[table].table.columns[key.columns[0]].property.as_str())
    };
    let from = property(keys(drafts, table, ends.table).next());
    let to = property(keys(drafts, table, ends.target).last());
    let (through, target) = (&drafts[table].table.name, &drafts[ends.target].table.name);
    let help = format!(
        "say which: `\"x-ominipg\": {{ \"relations\": {{ \"{name}\": {{ \"kind\": \"manyToMany\", \"target\": \"{target}\", \"through\": \"{through}\", \"from\": \"{from}\", \"to\": \"{to}\" }} }} }}` on the table"
    );
    Finding::new(Code::ManyToMany, at, message).help(help)
}
