//! Which types become which others without loss.

/// How values of one declared type become those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cast {
    /// PostgreSQL does it by itself.
    Plain,
    /// By a suffix, such as `::text`.
    Suffix(String),
    /// By a function.
    Function(&'static str),
}

/// Each type with those that hold all of its values.
const WIDER: &[(&str, &[&str])] = &[
    ("int2", &["int4", "int8", "float4", "float8", "numeric"]),
    ("int4", &["int8", "float8", "numeric"]),
    ("int8", &["numeric"]),
    ("float4", &["float8"]),
    ("varchar", &["text"]),
    ("text", &["varchar"]),
];

/// Types whose text says all, whatever a session is set to.
const TEXTS: &[&str] = &["int2", "int4", "int8", "numeric", "uuid", "bool", "inet"];

/// Types that are JSON values as they are.
const JSON: &[&str] = &[
    "text", "varchar", "int2", "int4", "int8", "float8", "bool", "text[]", "int2[]", "int4[]", "int8[]",
    "bool[]",
];

/// The cast from one type to another, where no value is lost; what a native enum has may be none of its values, and then
/// the migration fails and changes nothing.
pub(super) fn cast(from: &str, to: &str, from_enum: bool, to_enum: bool) -> Option<Cast> {
    match (from_enum, to_enum) {
        (true, true) => return Some(Cast::Suffix(format!("::text::{to}"))),
        (true, false) if to == "text" => return Some(Cast::Suffix("::text".to_owned())),
        (false, true) if from == "text" => return Some(Cast::Suffix(format!("::{to}"))),
        (false, false) => {}
        _ => return None,
    }
    let (from, to) = (Declared::read(from), Declared::read(to));
    if from.list != to.list {
        return None.or_else(|| json(&from, &to));
    }
    if from.base == to.base {
        return (from.fits(&to)).then_some(Cast::Plain);
    }
    let wider = WIDER.iter().any(|(narrow, wide)| *narrow == from.base && wide.contains(&to.base.as_str()));
    // Without a length, all fits; a length of its own may cut.
    if wider && to.arguments.is_none() {
        return Some(Cast::Plain);
    }
    if !from.list && to.base == "text" && TEXTS.contains(&from.base.as_str()) {
        return Some(Cast::Suffix("::text".to_owned()));
    }
    json(&from, &to)
}

fn json(from: &Declared, to: &Declared) -> Option<Cast> {
    let name = if from.list { format!("{}[]", from.base) } else { from.base.clone() };
    (to.base == "jsonb" && !to.list && JSON.contains(&name.as_str())).then_some(Cast::Function("to_jsonb"))
}

/// A declared type, taken apart.
struct Declared {
    base: String,
    arguments: Option<Vec<u32>>,
    list: bool,
}

impl Declared {
    fn read(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase();
        let (text, list) = match text.strip_suffix("[]") {
            Some(item) => (item.to_owned(), true),
            None => (text, false),
        };
        let (base, arguments) = match text.split_once('(') {
            Some((base, rest)) => {
                let numbers = rest.trim_end_matches(')').split(',').map(|part| part.trim().parse().ok());
                (base.trim().to_owned(), numbers.collect::<Option<Vec<u32>>>())
            }
            None => (text, None),
        };
        let base = match base.as_str() {
            "character varying" => "varchar",
            "smallint" => "int2",
            "int" | "integer" => "int4",
            "bigint" => "int8",
            "real" => "float4",
            "double precision" => "float8",
            "boolean" => "bool",
            "decimal" => "numeric",
            other => other,
        };
        Self { base: base.to_owned(), arguments, list }
    }

    /// Whether values of the same type with these lengths fit those.
    fn fits(&self, to: &Self) -> bool {
        match (&self.arguments, &to.arguments) {
            (_, None) => true,
            (Some(from), Some(to)) if self.base == "varchar" => from.first() <= to.first(),
            (Some(from), Some(to)) if self.base == "numeric" => {
                let (digits, scale) = (from.first().unwrap_or(&0), from.get(1).unwrap_or(&0));
                let (more, finer) = (to.first().unwrap_or(&0), to.get(1).unwrap_or(&0));
                finer >= scale && more.checked_sub(*finer) >= digits.checked_sub(*scale)
            }
            (from, to) => from == to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_lose_nothing() {
        let plain = |from, to| cast(from, to, false, false);
        for (from, to) in [
            ("int2", "int4"),
            ("int4", "bigint"),
            ("int8", "numeric"),
            ("float4", "float8"),
            ("int4[]", "int8[]"),
            ("varchar(8)", "text"),
            ("varchar(8)", "varchar(9)"),
            ("varchar(8)", "character varying(8)"),
            ("numeric(5,2)", "numeric(6,2)"),
            ("numeric(5,2)", "numeric"),
            ("text", "varchar"),
        ] {
            assert_eq!(plain(from, to), Some(Cast::Plain), "{from} {to}");
        }
        assert_eq!(plain("uuid", "text"), Some(Cast::Suffix("::text".to_owned())));
        assert_eq!(plain("text[]", "jsonb"), Some(Cast::Function("to_jsonb")));
        assert_eq!(cast("text", "\"mood\"", false, true), Some(Cast::Suffix("::\"mood\"".to_owned())));
        for (from, to) in [
            ("int4", "int2"),
            ("int8", "float8"),
            ("text", "uuid"),
            ("varchar(9)", "varchar(8)"),
            ("text", "varchar(8)"),
            ("timestamptz", "text"),
            ("int4", "int4[]"),
            ("numeric(5,2)", "numeric(5,3)"),
            ("float8", "numeric"),
            ("bytea", "text"),
            ("vector(3)", "vector(4)"),
            ("jsonb", "text"),
            ("int4[]", "text"),
        ] {
            assert_eq!(plain(from, to), None, "{from} {to}");
        }
    }
}
