//! Names and texts in SQL.

/// A name in quotes.
pub(crate) fn quote_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names in quotes, with commas.
pub(super) fn quote_names(names: &[String]) -> String {
    names.iter().map(|name| quote_name(name)).collect::<Vec<_>>().join(", ")
}

/// A text literal.
pub(crate) fn quote_text(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    // The E form means the same whatever `standard_conforming_strings` is.
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// A comment of one line, whatever line ends the text has: what stands behind one would be a statement.
pub(crate) fn comment_line(text: &str) -> String {
    format!("-- {}", text.replace(['\n', '\r'], " "))
}

/// A block of statements that decide themselves what they do.
pub(super) fn block(body: &str) -> String {
    let mut tag = "$ominipg$".to_owned();
    let mut count = 1;
    while body.contains(&tag) {
        count += 1;
        tag = format!("$ominipg{count}$");
    }
    format!("DO {tag} BEGIN\n{body}\nEND {tag}")
}

/// A statement that runs only where `condition` finds nothing.
pub(super) fn unless_exists(condition: &str, statement: &str) -> String {
    block(&format!("  IF NOT EXISTS ({condition}) THEN\n    {statement};\n  END IF;"))
}

#[cfg(test)]
mod tests {
    use super::comment_line;

    #[test]
    fn a_comment_ends_with_its_line() {
        assert_eq!(comment_line("a\nDROP TABLE b;\r--"), "-- a DROP TABLE b; --");
    }
}
