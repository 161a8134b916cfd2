//! Names of before.

use std::collections::BTreeMap;

use crate::emit::quote_name;
use crate::shape::{Key, Shape, Table};

/// New names by old ones, in an order in which each new name is free.
pub(super) type Renames = Vec<(String, String)>;

/// What is renamed, of things that had names `old`: `was` has the new and the old name of each. A `was` from before the last
/// migration has no effect any more.
pub(super) fn renames<'a>(old: &[&str], was: impl Iterator<Item = (&'a str, &'a str)>) -> Renames {
    let mut candidates: Vec<(&str, &str)> = was.filter(|(_, from)| old.contains(from)).collect();
    let mut out: Renames = Vec::new();
    // A name is free where it was nothing's, or where its owner has left it.
    loop {
        let is_free = |name: &str| !old.contains(&name) || out.iter().any(|(from, _)| from == name);
        let Some(next) = candidates.iter().position(|(to, _)| is_free(to)) else { return out };
        let (to, from) = candidates.remove(next);
        out.push((from.to_owned(), to.to_owned()));
    }
}

/// The old shape with new names of tables and columns, and the statements that give them.
pub(super) fn renamed(
    old: &Shape,
    was: &[(String, Option<String>, String)],
    steps: &mut Vec<String>,
) -> Shape {
    let names: Vec<&str> = old.tables.iter().map(|table| table.name.as_str()).collect();
    let of_tables = was.iter().filter(|(_, column, _)| column.is_none());
    let tables = renames(&names, of_tables.map(|(to, _, from)| (to.as_str(), from.as_str())));
    for (from, to) in &tables {
        steps.push(format!("ALTER TABLE {} RENAME TO {}", quote_name(from), quote_name(to)));
    }
    let mut columns: BTreeMap<String, Renames> = BTreeMap::new();
    for table in &old.tables {
        let name = new_name(&tables, &table.name);
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let of_table = was.iter().filter(|(of, ..)| *of == name);
        let of_table = of_table.filter_map(|(_, to, from)| Some((to.as_deref()?, from.as_str())));
        let renamed = renames(&names, of_table);
        for (from, to) in &renamed {
            steps.push(format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {}",
                quote_name(&name),
                quote_name(from),
                quote_name(to)
            ));
        }
        columns.insert(name, renamed);
    }
    let mut shape = old.clone();
    for table in &mut shape.tables {
        rewrite(table, &tables, &columns);
    }
    shape.tables.sort_by(|a, b| a.name.cmp(&b.name));
    shape
}

fn new_name(renames: &Renames, name: &str) -> String {
    let found = renames.iter().find(|(from, _)| from == name);
    found.map_or(name, |(_, to)| to).to_owned()
}

fn rewrite(table: &mut Table, tables: &Renames, columns: &BTreeMap<String, Renames>) {
    table.name = new_name(tables, &table.name);
    let own = &columns[&table.name];
    let all = |names: &mut Vec<String>, renames: &Renames| {
        names.iter_mut().for_each(|name| *name = new_name(renames, name));
    };
    table.columns.iter_mut().for_each(|column| column.name = new_name(own, &column.name));
    all(&mut table.primary_key.columns, own);
    table.unique.iter_mut().for_each(|key: &mut Key| all(&mut key.columns, own));
    table.indexes.iter_mut().for_each(|index| all(&mut index.columns, own));
    table.checks.iter_mut().for_each(|check| check.column = new_name(own, &check.column));
    if let Some(crate::shape::Distribution::Column(column)) = &mut table.distribution {
        *column = new_name(own, column);
    }
    for key in &mut table.foreign_keys {
        all(&mut key.columns, own);
        key.table = new_name(tables, &key.table);
        if let Some(theirs) = columns.get(&key.table) {
            all(&mut key.target, theirs);
        }
    }
}

/// A constraint or an index that gets another name.
pub(super) struct Renamed {
    /// What stands before its name.
    pub(super) start: String,
    /// What stands between the two names.
    pub(super) middle: &'static str,
    pub(super) from: String,
    pub(super) to: String,
}

/// The statements that give constraints and indexes new names, in an order in which each is free.
pub(super) fn in_order(mut names: Vec<Renamed>, steps: &mut Vec<String>) {
    let statement = |name: &Renamed, to: &str| {
        format!("{} {} {} {}", name.start, quote_name(&name.from), name.middle, quote_name(to))
    };
    while !names.is_empty() {
        let is_free = |to: &str| !names.iter().any(|name| name.from == to);
        match names.iter().position(|name| is_free(&name.to)) {
            Some(next) => {
                let name = names.remove(next);
                steps.push(statement(&name, &name.to));
            }
            None => {
                // They go in a circle: one steps aside.
                let aside = format!("ominipg_{:016x}", crate::hash::fnv(names[0].from.bytes()));
                steps.push(statement(&names[0], &aside));
                names[0].from = aside;
            }
        }
    }
}
