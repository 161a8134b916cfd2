//! Relations: named in `x-ominipg.relations`, as properties, or plain from a foreign key.

use super::column::RelationProperty;
use super::cursor::Cursor;
use super::table::{Config, Draft, columns};
use super::{Context, foreign_key, many_to_many};
use crate::diagnostic::{Code, Finding, Place};
use crate::model::link::{ForeignKey, Relation, RelationKind};
use crate::model::table::Table;
use crate::names;

pub(super) fn link<'a>(context: &mut Context<'a, '_>, drafts: &mut [Draft<'a>]) {
    let mut all: Vec<Vec<Relation>> = Vec::new();
    for table in 0..drafts.len() {
        let mut relations = Vec::new();
        let named = drafts[table].config.get("relations");
        for (entry, at) in named.into_iter().flat_map(Cursor::entries) {
            let place = at.key_place(entry);
            let property = drafts[table].relations.iter().find(|property| property.name == entry.key);
            let doc = property.map(|property| property.doc.clone());
            relations.extend(explicit(context, drafts, table, &entry.key, place, at, doc));
        }
        for property in &drafts[table].relations {
            if named.is_none_or(|named| named.get(&property.name).is_none()) {
                relations.extend(of_property(context, drafts, table, property));
            }
        }
        all.push(relations);
    }
    for table in 0..drafts.len() {
        implied(drafts, table, &mut all);
    }
    for (draft, mut relations) in drafts.iter_mut().zip(all) {
        relations.sort_by(|a, b| a.name.cmp(&b.name));
        draft.table.relations = relations;
    }
}

fn explicit<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    table: usize,
    name: &str,
    place: Place,
    at: Cursor<'a>,
    doc: Option<String>,
) -> Option<Relation> {
    let kind = at.get("kind")?;
    let target = foreign_key::table(context, drafts, at.get("target")?)?;
    if kind.node.str() == Some("manyToMany") || at.get("through").is_some() {
        return many_to_many::explicit(context, drafts, Ends { table, target }, name, place, at, doc);
    }
    let many = kind.node.str() == Some("hasMany");
    let here = &drafts[table].table;
    let there = &drafts[target].table;
    let from = match at.get("from") {
        Some(names) => Some(columns(context, here, names)?),
        None => None,
    };
    let to = match at.get("to") {
        Some(names) => Some(columns(context, there, names)?),
        None => None,
    };
    let (from, to) = match (many, from, to) {
        (_, Some(from), Some(to)) => (from, to),
        (false, Some(from), None) => {
            let key = here.foreign_keys.iter().find(|key| key.target == target && key.columns == from);
            let to = key.map_or_else(|| there.primary_key.clone(), |key| key.target_columns.clone());
            (from, to)
        }
        (true, None, Some(to)) => {
            let key = there.foreign_keys.iter().find(|key| key.target == table && key.columns == to);
            let from = key.map_or_else(|| here.primary_key.clone(), |key| key.target_columns.clone());
            (from, to)
        }
        _ => search(context, drafts, table, target, name, many, place)?,
    };
    if from.len() != to.len() {
        let message = format!("the relation `{name}` joins {} columns with {}", from.len(), to.len());
        let help = "name as many columns in `from` as in `to`, in the same order";
        context.add(Finding::new(Code::UnclearRelation, place, message).help(help));
        return None;
    }
    let fallback = if many { "The rows that refer to this one." } else { "The row that this one refers to." };
    let doc = doc.unwrap_or_else(|| fallback.to_owned());
    Some(relation(here, name, doc, many, target, from, to, place))
}

fn of_property<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    table: usize,
    property: &RelationProperty<'a>,
) -> Option<Relation> {
    let place = property.place;
    let ends = Ends { table, target: property.target };
    if property.many && many_to_many::is_meant(drafts, ends) {
        let (name, doc) = (&property.name, property.doc.clone());
        return many_to_many::implied(context, drafts, ends, name, place, property.at.place(), doc);
    }
    let (from, to) =
        search(context, drafts, table, property.target, &property.name, property.many, property.at.place())?;
    let here = &drafts[table].table;
    Some(relation(
        here,
        &property.name,
        property.doc.clone(),
        property.many,
        property.target,
        from,
        to,
        place,
    ))
}

#[expect(clippy::too_many_arguments, reason = "the parts of one relation")]
fn relation(
    here: &Table,
    name: &str,
    doc: String,
    many: bool,
    target: usize,
    from: Vec<usize>,
    to: Vec<usize>,
    place: Place,
) -> Relation {
    let kind = if many {
        RelationKind::HasMany
    } else {
        let enforced =
            here.foreign_keys.iter().any(|key| key.enforced && key.target == target && key.columns == from);
        let null = from.iter().any(|column| here.columns[*column].nullable);
        if enforced && !null { RelationKind::BelongsTo } else { RelationKind::OptionalBelongsTo }
    };
    Relation { name: names::snake(name), doc, kind, target, from, to, through: None, place }
}

/// The tables at the two ends of a relation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) table: usize,
    pub(super) target: usize,
}

/// The one foreign key that a relation can mean.
fn search<'a>(
    context: &mut Context<'a, '_>,
    drafts: &[Draft<'a>],
    table: usize,
    target: usize,
    name: &str,
    many: bool,
    place: Place,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let (holder, held) = if many { (target, table) } else { (table, target) };
    let holder_table = &drafts[holder].table;
    let keys: Vec<&ForeignKey> = holder_table.foreign_keys.iter().filter(|key| key.target == held).collect();
    let key = match keys.as_slice() {
        [key] => key,
        [] => {
            context.add(no_key(drafts, holder, held, place, name));
            return None;
        }
        several => {
            let wanted = names::snake(name);
            let stem = |key: &ForeignKey| stem(&holder_table.columns[key.columns[0]].field).to_owned();
            let exact = several.iter().find(|key| stem(key) == wanted);
            let mut begin = several.iter().filter(|key| wanted.starts_with(&format!("{}_", stem(key))));
            match (exact, begin.next(), begin.next()) {
                (Some(key), ..) | (None, Some(key), None) => key,
                _ => {
                    context.add(unclear(holder_table, &drafts[held].table, several, place, name, many));
                    return None;
                }
            }
        }
    };
    let (held_columns, holder_columns) = (key.target_columns.clone(), key.columns.clone());
    Some(if many { (held_columns, holder_columns) } else { (holder_columns, held_columns) })
}

/// Relations that a foreign key gives where nothing else is said.
fn implied(drafts: &[Draft<'_>], table: usize, all: &mut [Vec<Relation>]) {
    let here = &drafts[table].table;
    for key in &here.foreign_keys {
        let there = &drafts[key.target].table;
        let only = here.foreign_keys.iter().filter(|other| other.target == key.target).count() == 1;
        let named = all[table]
            .iter()
            .any(|relation| relation.kind != RelationKind::HasMany && relation.from == key.columns);
        if !named
            && let Some(name) = implied_name(here, there, key, only)
            && is_free(here, &all[table], &name)
        {
            let doc = format!("The row of `{}` that this one refers to.", there.name);
            let (from, to) = (key.columns.clone(), key.target_columns.clone());
            all[table].push(relation(here, &name, doc, false, key.target, from, to, key.place));
        }
        let listed = all[key.target].iter().any(|relation| {
            relation.kind == RelationKind::HasMany && relation.target == table && relation.to == key.columns
        });
        if !listed && only && key.target != table && is_free(there, &all[key.target], &here.module) {
            let doc = format!("The rows of `{}` that refer to this one.", here.name);
            let (from, to) = (key.target_columns.clone(), key.columns.clone());
            all[key.target].push(relation(there, &here.module, doc, true, table, from, to, key.place));
        }
    }
}

/// `author_id` gives `author`; any other single key gives the target's name in the singular.
fn implied_name(here: &Table, there: &Table, key: &ForeignKey, only: bool) -> Option<String> {
    if let [column] = key.columns[..] {
        let field = &here.columns[column].field;
        if stem(field) != field {
            return Some(stem(field).to_owned());
        }
    }
    only.then(|| names::singular(&there.name))
}

fn stem(field: &str) -> &str {
    field.strip_suffix("_id").filter(|stem| !stem.is_empty()).unwrap_or(field)
}

fn is_free(table: &Table, relations: &[Relation], name: &str) -> bool {
    !name.is_empty()
        && table.columns.iter().all(|column| column.field != name)
        && relations.iter().all(|relation| relation.name != name)
}

fn no_key(drafts: &[Draft<'_>], holder: usize, held: usize, place: Place, name: &str) -> Finding {
    let (holder, held) = (&drafts[holder], &drafts[held].table);
    let key = held.primary_key.first().map_or("id", |key| held.columns[*key].property.as_str());
    let target = target_ref(holder.config, held, key);
    let message = format!(
        "the relation `{name}` has no key to go by: no column of `{}` refers to `{}`",
        holder.table.name, held.name
    );
    let help = format!(
        "add a column to `{}`, such as `\"{}Id\": {{ \"$ref\": \"{target}\" }}`, or name the columns in `x-ominipg.relations`",
        holder.table.name,
        names::singular(&held.name)
    );
    Finding::new(Code::UnclearRelation, place, message).help(help)
}

fn target_ref(config: Config<'_>, held: &Table, key: &str) -> String {
    if config.is_bundled() {
        format!("#/$defs/{}/properties/{key}", held.name)
    } else {
        format!("{}.json#/properties/{key}", held.name)
    }
}

fn unclear(
    holder: &Table,
    held: &Table,
    keys: &[&ForeignKey],
    place: Place,
    name: &str,
    many: bool,
) -> Finding {
    let properties: Vec<&str> =
        keys.iter().map(|key| holder.columns[key.columns[0]].property.as_str()).collect();
    let names: Vec<String> = properties.iter().map(|property| format!("`{property}`")).collect();
    let message =
        format!("the relation `{name}` can go by several keys: {} of `{}`", names.join(", "), holder.name);
    let first = properties[0];
    let (kind, target, side) =
        if many { ("hasMany", &holder.name, "to") } else { ("belongsTo", &held.name, "from") };
    let help = format!(
        "say which: `\"x-ominipg\": {{ \"relations\": {{ \"{name}\": {{ \"kind\": \"{kind}\", \"target\": \"{target}\", \"{side}\": \"{first}\" }} }} }}` on the table"
    );
    let finding = Finding::new(Code::UnclearRelation, place, message).help(help);
    keys.iter().fold(finding, |finding, key| finding.and(key.place, "one of them"))
}
