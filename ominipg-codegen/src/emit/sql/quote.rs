//! Names and texts in SQL.

use crate::model::Table;

/// PostgreSQL cuts longer names.
const LONGEST_NAME: usize = 63;

/// A name in quotes.
pub(crate) fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal.
pub(crate) fn quote_text(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    // The E form means the same whatever `standard_conforming_strings` is.
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// Column names in quotes, with commas.
pub(super) fn quote_columns(table: &Table, columns: &[usize]) -> String {
    columns.iter().map(|column| quote_name(&table.columns[*column].name)).collect::<Vec<_>>().join(", ")
}

/// `table_column_suffix`; where that is too long, its middle gives way to a number that stands for it.
pub(super) fn constraint_name(table: &Table, columns: &[usize], suffix: &str) -> String {
    let mut parts = vec![table.name.as_str()];
    parts.extend(columns.iter().map(|column| table.columns[*column].name.as_str()));
    let body = parts.join("_");
    if body.len() + 1 + suffix.len() <= LONGEST_NAME {
        return format!("{body}_{suffix}");
    }
    let tail = format!("_{:08x}_{suffix}", crate::hash::fnv(body.as_bytes()) as u32);
    let mut end = LONGEST_NAME - tail.len();
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &body[..end])
}

/// A statement that runs only where `condition` finds nothing.
pub(super) fn unless_exists(condition: &str, statement: &str) -> String {
    let mut tag = "$ominipg$".to_owned();
    let mut count = 1;
    while condition.contains(&tag) || statement.contains(&tag) {
        count += 1;
        tag = format!("$ominipg{count}$");
    }
    format!("DO {tag} BEGIN\n  IF NOT EXISTS ({condition}) THEN\n    {statement};\n  END IF;\nEND {tag}")
}
