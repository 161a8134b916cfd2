//! The steps as a whole.

use super::parts::parts;
use super::{Diff, Options, columns, enums, rename};
use crate::diagnostic::{Code, Finding};
use crate::emit::{distributed, quote_name, statements};
use crate::shape::{Shape, Table};

/// What leads from `old` to `new`; `was` has tables of today, their columns, and names of before.
pub(in crate::migrate) fn diff(
    old: &Shape,
    new: &Shape,
    was: &[(String, Option<String>, String)],
    options: &Options,
) -> Diff {
    let mut diff = Diff::default();
    let old = rename::renamed(old, was, &mut diff.steps);
    let mut made = Diff::default();
    let enums = enums::enums(&old, new, options, &mut made);
    let parts = parts(&old, new, &enums.renewed);
    diff.steps.extend(parts.drop_foreign);
    diff.steps.extend(parts.drop);
    drops(&old, new, options, &mut diff);
    rename::in_order(parts.rename, &mut diff.steps);
    diff.steps.append(&mut made.steps);
    diff.destructive.append(&mut made.destructive);
    for table in &new.tables {
        match old.table(&table.name) {
            Some(before) => columns::columns(before, table, &enums.renewed, options, &mut diff),
            None => diff.steps.push(format!("CREATE TABLE {}", statements::table(table))),
        }
    }
    diff.steps.extend(parts.add);
    distribute(&old, new, &mut diff.steps);
    diff.steps.extend(parts.add_foreign);
    new.tables.iter().for_each(|table| comments(old.table(&table.name), table, &mut diff.steps));
    diff.steps.extend(enums.last);
    diff
}

/// Columns and tables that go, where that is allowed.
fn drops(old: &Shape, new: &Shape, options: &Options, diff: &mut Diff) {
    let mut drop = |what: String, statement: String, at: &str| {
        if options.allow_drop {
            diff.steps.push(statement);
            return;
        }
        let message = format!("this migration would delete {what} and what is in it");
        let help = format!(
            "write `--allow-drop`; or, where it has another name now, say so there: `\"x-ominipg\": {{ \"was\": \"{at}\" }}`"
        );
        diff.destructive.push(Finding::new(Code::Destructive, None, message).help(help));
    };
    for table in &old.tables {
        let name = quote_name(&table.name);
        let Some(after) = new.table(&table.name) else {
            drop(format!("the table `{}`", table.name), format!("DROP TABLE {name}"), &table.name);
            continue;
        };
        for column in table.columns.iter().filter(|column| after.column(&column.name).is_none()) {
            drop(
                format!("the column `{}.{}`", table.name, column.name),
                format!("ALTER TABLE {name} DROP COLUMN {}", quote_name(&column.name)),
                &column.name,
            );
        }
    }
}

fn distribute(old: &Shape, new: &Shape, steps: &mut Vec<String>) {
    let before = |name: &str| old.table(name).and_then(|table| table.distribution.as_ref());
    for table in &new.tables {
        if before(&table.name).is_some_and(|how| Some(how) != table.distribution.as_ref()) {
            steps.push(statements::undistribute(&table.name));
        }
    }
    for (table, how) in distributed(new.tables.iter()) {
        if before(table) != Some(how) {
            steps.push(statements::distribute(table, how));
        }
    }
}

fn comments(old: Option<&Table>, new: &Table, steps: &mut Vec<String>) {
    let before = old.and_then(|old| old.comment.as_deref());
    if before != new.comment.as_deref() {
        steps.push(statements::comment(&new.name, None, new.comment.as_deref()));
    }
    for column in &new.columns {
        let before =
            old.and_then(|old| old.column(&column.name)).and_then(|column| column.comment.as_deref());
        if before != column.comment.as_deref() {
            steps.push(statements::comment(&new.name, Some(&column.name), column.comment.as_deref()));
        }
    }
}
