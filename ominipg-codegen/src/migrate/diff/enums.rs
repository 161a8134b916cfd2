//! Native enums.

use super::{Diff, Options};
use crate::diagnostic::{Code, Finding};
use crate::emit::{quote_name, quote_text, statements};
use crate::shape::{EnumType, Shape};

/// What becomes of the enums.
pub(super) struct Enums {
    /// Types that are made anew under their name: columns are brought from the old one to it.
    pub(super) renewed: Vec<String>,
    /// Statements for the end, when no column has them.
    pub(super) last: Vec<String>,
}

/// Makes what is new, and adds values; types that lose values or change their order are renewed.
pub(super) fn enums(old: &Shape, new: &Shape, options: &Options, diff: &mut Diff) -> Enums {
    let mut enums = Enums { renewed: Vec::new(), last: Vec::new() };
    for found in &new.types {
        match old.types.iter().find(|before| before.name == found.name) {
            None => diff.steps.push(statements::create_enum(found)),
            Some(before) if before.values == found.values => {}
            Some(before) if only_adds(before, found) && !is_used_at_once(old, new, &found.name) => {
                add(before, found, diff);
            }
            Some(before) => renew(before, found, options, diff, &mut enums),
        }
    }
    for before in &old.types {
        if !new.types.iter().any(|found| found.name == before.name) {
            enums.last.push(format!("DROP TYPE {}", quote_name(&before.name)));
        }
    }
    enums
}

fn only_adds(before: &EnumType, found: &EnumType) -> bool {
    let mut rest = found.values.iter();
    before.values.iter().all(|value| rest.any(|other| other == value))
}

/// PostgreSQL takes a value only after the transaction that adds it: where a default may be one, the type is made anew.
fn is_used_at_once(old: &Shape, new: &Shape, name: &str) -> bool {
    new.tables.iter().any(|table| {
        let before = old.table(&table.name);
        table.columns.iter().filter(|column| column.of_enum.as_deref() == Some(name)).any(|column| {
            let known = before.and_then(|before| before.column(&column.name));
            column.default.is_some() && known.is_none_or(|known| known.default != column.default)
        })
    })
}

fn add(before: &EnumType, found: &EnumType, diff: &mut Diff) {
    let name = quote_name(&found.name);
    for (index, value) in found.values.iter().enumerate() {
        if before.values.contains(value) {
            continue;
        }
        let place = match index.checked_sub(1) {
            Some(earlier) => format!(" AFTER {}", quote_text(&found.values[earlier])),
            None => format!(" BEFORE {}", quote_text(&before.values[0])),
        };
        diff.steps.push(format!("ALTER TYPE {name} ADD VALUE {}{place}", quote_text(value)));
    }
}

fn renew(before: &EnumType, found: &EnumType, options: &Options, diff: &mut Diff, enums: &mut Enums) {
    let gone: Vec<String> =
        before.values.iter().filter(|value| !found.values.contains(value)).cloned().collect();
    if !gone.is_empty() && !options.allow_drop {
        let message = format!("the enum `{}` loses {}, which rows may have", found.name, gone.join(", "));
        let help = "write `--allow-drop`: where a row still has one, the migration fails and changes nothing";
        diff.destructive.push(Finding::new(Code::Destructive, None, message).help(help));
    }
    let aside = format!("ominipg_{:016x}", crate::hash::fnv(found.name.bytes()));
    diff.steps.push(format!("ALTER TYPE {} RENAME TO {}", quote_name(&found.name), quote_name(&aside)));
    diff.steps.push(statements::create_enum(found));
    enums.renewed.push(found.name.clone());
    enums.last.push(format!("DROP TYPE {}", quote_name(&aside)));
}
