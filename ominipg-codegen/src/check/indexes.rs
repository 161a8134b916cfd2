//! Indexes.

use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Column, Index, Schema, Type};

/// An index is of a kind that PostgreSQL can make of its columns.
pub(super) fn kinds(schema: &Schema, findings: &mut Findings) {
    for table in &schema.tables {
        for index in &table.indexes {
            let columns = index.columns.iter().map(|column| &table.columns[*column]);
            let Some(problem) = columns.filter_map(|column| problem(index, column)).next() else { continue };
            let (message, help) = problem;
            findings.add(Finding::new(Code::BadIndex, index.place, message).help(help));
        }
    }
}

/// Declared types are the user's own, and may bring what an index needs.
fn problem(index: &Index, column: &Column) -> Option<(String, &'static str)> {
    let using = index.using.as_deref().unwrap_or("btree");
    let ty = column.declared_type();
    let own = column.sql_type.is_some();
    let listed = matches!(column.ty, Type::Array(_) | Type::Json(_));
    let name = &column.property;
    match using {
        "gin" if !own && !listed => Some((
            format!("a gin index finds what is inside values, and `{name}` is {ty}"),
            "leave `using` out; to search texts by their words, use `search`",
        )),
        "hash" if index.columns.len() > 1 => Some((
            "a hash index has one column".to_owned(),
            "leave `using` out, or make an index of each column",
        )),
        "brin" | "spgist" | "gist" if !own && listed => Some((
            format!("a {using} index has no order for `{name}`, which is {ty}"),
            "use `\"using\": \"gin\"` to find what is inside",
        )),
        _ => None,
    }
}
