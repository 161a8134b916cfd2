//! Names of what belongs to a table.

use crate::model::Table;

/// PostgreSQL cuts longer names.
const LONGEST: usize = 63;

/// `table_column_suffix`; where that is too long, its middle gives way to a number that stands for it.
pub(super) fn derived(table: &Table, columns: &[usize], suffix: &str) -> String {
    let mut parts = vec![table.name.as_str()];
    parts.extend(columns.iter().map(|column| table.columns[*column].name.as_str()));
    let body = parts.join("_");
    if body.len() + 1 + suffix.len() <= LONGEST {
        return format!("{body}_{suffix}");
    }
    let tail = format!("_{:08x}_{suffix}", crate::hash::fnv(body.bytes()) as u32);
    let mut end = LONGEST - tail.len();
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &body[..end])
}
