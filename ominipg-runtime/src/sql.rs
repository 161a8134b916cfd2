//! SQL text and its parameters, put together piece by piece.

use std::fmt::Write as _;

use crate::param::Param;
use crate::schema::{ColumnDef, SqlType, TableDef};
use crate::texts::Texts;

/// The name that statements give to the table they are about.
pub(crate) const TABLE_ALIAS: &str = "t";
/// The name of the table between in statements about many-to-many relations.
pub(crate) const THROUGH_ALIAS: &str = "j";

/// Creates an extension, and what it requires, where it is missing.
pub(crate) fn create_extension(name: &str) -> String {
    let mut sql = Sql::default();
    sql.push("CREATE EXTENSION IF NOT EXISTS ").name(name).push(" CASCADE");
    sql.text
}

/// The columns of tables as rows are read.
static COLUMNS: Texts<()> = Texts::new();

/// The bytes of the text of most statements about a row.
const TEXT: usize = 256;

/// A statement in the making.
#[derive(Debug)]
pub(crate) struct Sql {
    /// The text.
    pub(crate) text: String,
    /// The values of `$1`, `$2` and so on.
    pub(crate) params: Vec<Param>,
    /// The name of the table whose columns are meant, where that is not the statement's.
    inner: Option<String>,
    /// How many inner tables were named.
    depth: u32,
}

impl Default for Sql {
    fn default() -> Self {
        Self { text: String::with_capacity(TEXT), params: Vec::new(), inner: None, depth: 0 }
    }
}

impl Sql {
    /// The name of the table whose columns are meant.
    pub(crate) fn alias(&self) -> &str {
        self.inner.as_deref().unwrap_or(TABLE_ALIAS)
    }

    /// Means another table's columns from here on, under a new name; gives the name of the one that was meant.
    pub(crate) fn enter(&mut self) -> String {
        self.depth += 1;
        let inner = format!("{TABLE_ALIAS}{}", self.depth);
        self.inner.replace(inner).unwrap_or_else(|| TABLE_ALIAS.to_owned())
    }

    /// Means the columns of a table again that [`enter`](Self::enter) gave the name of.
    pub(crate) fn leave(&mut self, outer: String) {
        self.inner = Some(outer).filter(|outer| outer != TABLE_ALIAS);
    }

    /// Adds trusted text: keywords and operators, never a value or a name.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a quoted name.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.text.push('"');
        // Hardly any has a quote in it, and each statement has many names.
        if name.bytes().any(|byte| byte == b'"') {
            self.text.push_str(&name.replace('"', "\"\""));
        } else {
            self.text.push_str(name);
        }
        self.text.push('"');
        self
    }

    /// Adds a quoted text, of a schema's and never of a user's.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.text.push('\'');
        self.text.push_str(&text.replace('\'', "''"));
        self.push("'")
    }

    /// Adds a column of the table that is meant.
    pub(crate) fn column(&mut self, column: &ColumnDef) -> &mut Self {
        self.text.push_str(self.inner.as_deref().unwrap_or(TABLE_ALIAS));
        self.push(".").name(column.name)
    }

    /// Adds the columns of the statement's table as a row is read.
    pub(crate) fn columns(&mut self, table: &'static TableDef) -> &mut Self {
        let is_plain = self.inner.is_none();
        if let Some(columns) = COLUMNS.get(table, ()).filter(|_| is_plain) {
            return self.push(columns);
        }
        let start = self.text.len();
        for (index, column) in table.columns.iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " }).read_column(column);
        }
        if is_plain {
            COLUMNS.keep(table, (), &self.text[start..]);
        }
        self
    }

    /// Adds a column of the statement's table as it is read.
    pub(crate) fn read_column(&mut self, column: &ColumnDef) -> &mut Self {
        self.column(column);
        if let Some(wire) = differs(column) {
            self.push("::").push(wire);
        }
        self
    }

    /// Adds a parameter as it is.
    pub(crate) fn param(&mut self, param: Param) -> &mut Self {
        self.params.push(param);
        self.text.push('$');
        match u8::try_from(self.params.len()) {
            // Most statements have no more, and formatting takes longer than all the rest of it.
            Ok(number @ ..10) => self.text.push(char::from(b'0' + number)),
            // A text can always be written to.
            _ => drop(write!(self.text, "{}", self.params.len())),
        }
        self
    }

    /// Adds a parameter as a value of `column`.
    pub(crate) fn value(&mut self, column: &ColumnDef, param: Param) -> &mut Self {
        self.param(param).cast(column, column.ty, Shape::Value)
    }

    /// Casts what stands before from the wire type `ty` to a column's declared type, where they differ.
    pub(crate) fn cast(&mut self, column: &ColumnDef, ty: SqlType, shape: Shape) -> &mut Self {
        if differs(column).is_none() {
            return self;
        }
        let declared = assignable(column.sql_type);
        let element = declared.strip_suffix("[]").unwrap_or(&declared);
        self.push("::").push(ty.name()).push(if shape == Shape::Array { "[]::" } else { "::" });
        match shape {
            Shape::Value => self.push(&declared),
            Shape::Element => self.push(element),
            Shape::Array => self.push(&declared).push("[]"),
        }
    }

    /// Adds `, ` unless `first`, which it clears.
    pub(crate) fn comma(&mut self, first: &mut bool) -> &mut Self {
        if !std::mem::replace(first, false) {
            self.push(", ");
        }
        self
    }
}

/// What is cast to a column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A value of the column.
    Value,
    /// An element of an array column.
    Element,
    /// An array of values of the column.
    Array,
}

/// The wire type's name, where the column is declared as another.
fn differs(column: &ColumnDef) -> Option<&'static str> {
    let wire = column.ty.name();
    (column.sql_type != wire).then_some(wire)
}

/// The declared type without its length: an explicit cast to `varchar(3)` cuts the value off silently, while
/// storing it in such a column is an error, as it should be.
fn assignable(declared: &str) -> String {
    // A name in quotes has no length, whatever stands in it.
    if declared.starts_with('"') {
        return declared.to_owned();
    }
    let mut name = String::with_capacity(declared.len());
    let mut depth = 0;
    for character in declared.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => name.push(character),
            _ => {}
        }
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let (base, array) = name.strip_suffix("[]").map_or((name.as_str(), ""), |base| (base, "[]"));
    // Without a length these mean a length of one.
    let base = match base.to_ascii_lowercase().as_str() {
        "char" | "character" => "bpchar",
        "bit" => "varbit",
        _ => base,
    };
    format!("{base}{array}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let mut sql = Sql::default();
        sql.name("plain").push(" ").name("a\"b").push(" ").name("\"").push(" ").name("");
        assert_eq!(sql.text, r#""plain" "a""b" """" """#);
    }

    #[test]
    fn casts_never_cut_off() {
        let cases = [
            ("varchar(80)", "varchar"),
            ("char(3)", "bpchar"),
            ("CHARACTER", "bpchar"),
            ("bit(3)[]", "varbit[]"),
            ("character varying(3)", "character varying"),
            ("timestamp(3) with time zone", "timestamp with time zone"),
            ("numeric(10,2)", "numeric"),
            ("mood", "mood"),
            (r#""order status (old)""#, r#""order status (old)""#),
            ("varchar(3)[]", "varchar[]"),
        ];
        for (declared, cast) in cases {
            assert_eq!(assignable(declared), cast);
        }
    }
}
