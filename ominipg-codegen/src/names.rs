//! Names: from JSON to SQL and Rust.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// A Rust name for a field, function or module; empty where nothing of the text can stand in a name.
pub(crate) fn snake(text: &str) -> String {
    digit_safe(&plain(text).to_snake_case())
}

/// A Rust name for a type or a variant; empty where nothing of the text can stand in a name.
pub(crate) fn pascal(text: &str) -> String {
    digit_safe(&plain(text).to_upper_camel_case())
}

/// `user_addresses` becomes `UserAddress`.
pub(crate) fn row_type(table: &str) -> String {
    pascal(&singular(table))
}

/// The type of a column's values, such as `UserRole`; never one that the table itself has, such as `UserKey`.
pub(crate) fn value_type(row: &str, field: &str) -> String {
    let name = format!("{row}{}", pascal(field));
    let taken = [row.to_owned(), format!("New{row}"), format!("{row}Patch"), format!("{row}Key")];
    if taken.contains(&name) { format!("{name}Value") } else { name }
}

/// The last word of a name in the singular.
pub(crate) fn singular(table: &str) -> String {
    let snake = snake(table);
    let (head, last) = snake.rsplit_once('_').map_or(("", snake.as_str()), |(head, last)| (head, last));
    let last = pluralizer::pluralize(last, 1, false);
    if head.is_empty() { last } else { format!("{head}_{last}") }
}

/// An identifier that is valid whatever the name: keywords become raw, the few that cannot get `_` behind them.
pub(crate) fn ident(name: &str) -> Ident {
    if is_plain(name) {
        Ident::new(name, Span::call_site())
    } else if matches!(name, "self" | "Self" | "super" | "crate" | "_") {
        Ident::new(&format!("{name}_"), Span::call_site())
    } else {
        Ident::new_raw(name, Span::call_site())
    }
}

/// Whether a name is an identifier as it is. Nearly every name is one of ASCII, for which no parser is needed.
fn is_plain(name: &str) -> bool {
    if KEYWORDS.binary_search(&name).is_ok() || name == "_" {
        return false;
    }
    let inside = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    let is_word = name.bytes().all(inside) && name.bytes().next().is_some_and(|c| !c.is_ascii_digit());
    is_word || syn::parse_str::<Ident>(name).is_ok()
}

/// The words that Rust keeps for itself, in edition 2024, in their order.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// The candidate that is most like `name`, if any is.
pub(crate) fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let best = candidates.map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate)).min()?;
    (best.0 <= (name.chars().count() / 3).max(1)).then_some(best.1)
}

/// Characters that no Rust name has become gaps between words.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { ' ' }).collect()
}

fn digit_safe(name: &str) -> String {
    if name.starts_with(|c: char| c.is_numeric()) { format!("_{name}") } else { name.to_owned() }
}

/// Insertions, deletions, replacements, and swaps of neighbours, between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut earlier: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(earlier[j - 1] + 1);
            }
            row.push(best);
        }
        earlier = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_language() {
        assert_eq!(snake("createdAt"), "created_at");
        assert_eq!(snake("first-name"), "first_name");
        assert_eq!(snake("1st"), "_1st");
        assert_eq!(snake("$"), "");
        assert_eq!(pascal("in progress"), "InProgress");
        assert_eq!(row_type("user_addresses"), "UserAddress");
        assert_eq!(row_type("flights"), "Flight");
        assert_eq!(row_type("status"), "Status");
    }

    #[test]
    fn every_name_makes_an_identifier() {
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("gen").to_string(), "r#gen");
        assert_eq!(ident("name").to_string(), "name");
    }

    #[test]
    fn what_the_parser_takes_is_plain() {
        for word in
            KEYWORDS.iter().chain(&["name", "a1", "_a", "Übung", "1a", "", "a b", "union", "macro_rules"])
        {
            let parsed = *word != "gen" && syn::parse_str::<Ident>(word).is_ok();
            assert_eq!(is_plain(word), parsed, "{word}");
        }
    }

    #[test]
    fn suggestions_are_close() {
        assert_eq!(closest("minLenght", ["minLength", "maxLength"].into_iter()), Some("minLength"));
        assert_eq!(closest("nmae", ["id", "name"].into_iter()), Some("name"));
        assert_eq!(closest("colour", ["minLength"].into_iter()), None);
    }
}
