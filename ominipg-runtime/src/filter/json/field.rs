use super::value::NUL;
use crate::schema::{ColumnDef, SqlType, TableDef};

/// What a filter's key names: a column, or a place in a JSON column.
pub(super) struct Field {
    pub(super) column: &'static ColumnDef,
    /// The keys and positions inside a JSON column; empty for the column itself.
    pub(super) path: Vec<String>,
}

impl Field {
    /// Finds a property, or a JSON column's property with a dotted path behind it.
    pub(super) fn find(table: &'static TableDef, key: &str) -> Result<Self, String> {
        let named = |property: &str| table.columns.iter().find(|column| column.property == property);
        if let Some(column) = named(key) {
            return Self::readable(column, Vec::new());
        }
        // A property may have dots in its own name, so the longest one wins.
        for (dot, _) in key.rmatch_indices('.') {
            let Some(column) = named(&key[..dot]) else { continue };
            let path: Vec<String> = key[dot + 1..].split('.').map(str::to_owned).collect();
            if column.ty != SqlType::Jsonb {
                return Err(format!("`{}` is no JSON column, so nothing is inside it", column.property));
            }
            if path.iter().any(String::is_empty) {
                return Err("a part of the path is empty".to_owned());
            }
            if key.contains('\0') {
                return Err(NUL.to_owned());
            }
            return Self::readable(column, path);
        }
        let known: Vec<&str> =
            table.columns.iter().filter(|column| !column.write_only).map(|column| column.property).collect();
        Err(format!("`{key}` is not a property of `{}`; known are {}", table.name, known.join(", ")))
    }

    fn readable(column: &'static ColumnDef, path: Vec<String>) -> Result<Self, String> {
        if column.write_only {
            return Err(format!("`{}` cannot be filtered by: it is writeOnly", column.property));
        }
        Ok(Self { column, path })
    }

    /// Whether values of any JSON type may stand there.
    pub(super) fn is_json(&self) -> bool {
        self.column.ty == SqlType::Jsonb
    }
}
