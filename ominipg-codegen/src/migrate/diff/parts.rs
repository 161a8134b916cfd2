//! Keys, checks, indexes and foreign keys: which stay, which get another name, which are made anew.

use super::columns::changes_type;
use super::rename::Renamed;
use crate::emit::{quote_name, statements};
use crate::shape::{Key, Shape, Table};

/// What is to be done about the parts of tables, in the order of its fields.
#[derive(Default)]
pub(super) struct Parts {
    /// Foreign keys first: they depend on keys.
    pub(super) drop_foreign: Vec<String>,
    pub(super) drop: Vec<String>,
    pub(super) rename: Vec<Renamed>,
    pub(super) add: Vec<String>,
    pub(super) add_foreign: Vec<String>,
}

/// A part of a table, as text that says what it is without its name.
struct Part {
    name: String,
    content: String,
    /// Whether it depends on something that is made anew.
    touched: bool,
}

pub(super) fn parts(old: &Shape, new: &Shape, renewed: &[String]) -> Parts {
    let mut parts = Parts::default();
    let retyped = |table: &str, columns: &[String]| {
        let (Some(before), Some(after)) = (old.table(table), new.table(table)) else { return false };
        columns.iter().any(|name| match (before.column(name), after.column(name)) {
            (Some(before), Some(after)) => changes_type(before, after, renewed),
            _ => false,
        })
    };
    for table in &new.tables {
        let before = old.table(&table.name);
        let name = quote_name(&table.name);
        let drop = |part: &str| format!("ALTER TABLE {name} DROP CONSTRAINT {}", quote_name(part));
        let rename = format!("ALTER TABLE {name} RENAME CONSTRAINT");
        let foreign = |of: &Table| {
            let key = |key: &crate::shape::ForeignKey| Part {
                name: key.name.clone(),
                content: format!(
                    "{:?}",
                    (&key.columns, &key.table, &key.target, &key.on_delete, &key.on_update)
                ),
                touched: retyped(&of.name, &key.columns)
                    || retyped(&key.table, &key.target)
                    || loses_key(old, new, &key.table, &key.target),
            };
            of.foreign_keys.iter().map(key).collect::<Vec<_>>()
        };
        let matched = pair(before.map(foreign), &foreign(table));
        parts.drop_foreign.extend(matched.drop.iter().map(|part| drop(part)));
        parts.rename.extend(matched.renamed(&rename, "TO"));
        let keys = table.foreign_keys.iter().filter(|key| matched.add.contains(&key.name));
        parts.add_foreign.extend(keys.map(|key| statements::add_foreign_key(&table.name, key)));
        // A new table is made with the rest, but for its indexes.
        let add = |definition: String| format!("ALTER TABLE {name} ADD {definition}");
        if let Some(before) = before {
            let key = |key: &Key| Part {
                name: key.name.clone(),
                content: format!("{:?}", key.columns),
                touched: false,
            };
            let (was, is) = (vec![key(&before.primary_key)], [key(&table.primary_key)]);
            parts.take(pair(Some(was), &is), &drop, &rename, |_| {
                add(statements::primary_key(&table.primary_key))
            });
            let unique = |of: &Table| of.unique.iter().map(key).collect::<Vec<_>>();
            parts.take(pair(Some(unique(before)), &unique(table)), &drop, &rename, |part| {
                let key = table.unique.iter().find(|key| key.name == part).expect("it is of the table");
                add(statements::unique(key))
            });
            let checks = |of: &Table| {
                let check = |check: &crate::shape::Check| Part {
                    name: check.name.clone(),
                    content: format!("{:?}", (&check.column, &check.pieces)),
                    touched: retyped(&of.name, std::slice::from_ref(&check.column)),
                };
                of.checks.iter().map(check).collect::<Vec<_>>()
            };
            parts.take(pair(Some(checks(before)), &checks(table)), &drop, &rename, |part| {
                let check = table.checks.iter().find(|check| check.name == part).expect("it is of the table");
                add(statements::check(check))
            });
        }
        let indexes = |of: &Table| {
            let index = |index: &crate::shape::Index| Part {
                name: index.name.clone(),
                content: format!("{:?}", (&index.columns, &index.using, &index.filter, &index.search)),
                // An expression is one of the old type; a plain index PostgreSQL makes anew by itself.
                touched: (index.search.is_some() && retyped(&of.name, &index.columns))
                    || (index.filter.is_some() && retyped(&of.name, &names(of))),
            };
            of.indexes.iter().map(index).collect::<Vec<_>>()
        };
        let drop = |part: &str| format!("DROP INDEX {}", quote_name(part));
        let wanted = pair(before.map(indexes), &indexes(table));
        parts.drop.extend(wanted.drop.iter().map(|part| drop(part)));
        parts.rename.extend(wanted.renamed("ALTER INDEX", "RENAME TO"));
        let made = table.indexes.iter().filter(|index| wanted.add.contains(&index.name));
        parts.add.extend(made.map(|index| format!("CREATE INDEX {}", statements::index(&table.name, index))));
    }
    // What refers to a table that goes, goes before.
    for table in old.tables.iter().filter(|table| new.table(&table.name).is_none()) {
        let name = quote_name(&table.name);
        let keys = table.foreign_keys.iter();
        parts
            .drop_foreign
            .extend(keys.map(|key| format!("ALTER TABLE {name} DROP CONSTRAINT {}", quote_name(&key.name))));
    }
    parts
}

fn names(table: &Table) -> Vec<String> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// Whether the key that a foreign key leads to is another one, so that PostgreSQL would not let the old one go.
fn loses_key(old: &Shape, new: &Shape, table: &str, target: &[String]) -> bool {
    let (Some(before), Some(after)) = (old.table(table), new.table(table)) else { return false };
    let same =
        |key: &Key| key.columns.len() == target.len() && target.iter().all(|part| key.columns.contains(part));
    let lost = |keys: &[&Key], others: &[&Key]| {
        keys.iter().any(|key| same(key) && !others.iter().any(|other| other.columns == key.columns))
    };
    let unique = |table: &'_ Table| table.unique.clone();
    let (was, is) = (unique(before), unique(after));
    lost(&[&before.primary_key], &[&after.primary_key])
        || lost(&was.iter().collect::<Vec<_>>(), &is.iter().collect::<Vec<_>>())
}

/// The names of what goes, of what is renamed, and of what comes.
struct Matched {
    drop: Vec<String>,
    rename: Vec<(String, String)>,
    add: Vec<String>,
}

impl Matched {
    fn renamed(&self, start: &str, middle: &'static str) -> impl Iterator<Item = Renamed> {
        let one = move |(from, to): &(String, String)| Renamed {
            start: start.to_owned(),
            middle,
            from: from.clone(),
            to: to.clone(),
        };
        self.rename.iter().map(one)
    }
}

fn pair(old: Option<Vec<Part>>, new: &[Part]) -> Matched {
    let old = old.unwrap_or_default();
    let mut out = Matched { drop: Vec::new(), rename: Vec::new(), add: Vec::new() };
    for part in new {
        let same = old.iter().find(|before| before.content == part.content && !before.touched);
        match same {
            Some(before) if before.name == part.name => {}
            Some(before) => out.rename.push((before.name.clone(), part.name.clone())),
            None => out.add.push(part.name.clone()),
        }
    }
    let stays = |before: &Part| !before.touched && new.iter().any(|part| part.content == before.content);
    out.drop = old.iter().filter(|before| !stays(before)).map(|before| before.name.clone()).collect();
    out
}

impl Parts {
    fn take(
        &mut self,
        matched: Matched,
        drop: &impl Fn(&str) -> String,
        rename: &str,
        add: impl Fn(&str) -> String,
    ) {
        self.drop.extend(matched.drop.iter().map(|part| drop(part)));
        self.rename.extend(matched.renamed(rename, "TO"));
        self.add.extend(matched.add.iter().map(|part| add(part)));
    }
}
