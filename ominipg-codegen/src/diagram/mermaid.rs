//! The text of a Mermaid diagram.

use super::entity::{Diagram, Line, Row};

pub(super) fn print(diagram: &Diagram) -> String {
    let mut out = "erDiagram\n".to_owned();
    for entity in &diagram.entities {
        out.push_str(&format!("    {} {{\n", entity_name(&entity.name)));
        entity.rows.iter().for_each(|row| out.push_str(&attribute(row)));
        out.push_str("    }\n");
    }
    for line in &diagram.lines {
        let name = |index: usize| entity_name(&diagram.entities[index].name);
        out.push_str(&format!(
            "    {} {} {} : \"{}\"\n",
            name(line.to),
            ends(line),
            name(line.from),
            quoted(&line.label)
        ));
    }
    out
}

/// The end at the table that is led to, the line, and the end at the table that holds the key.
fn ends(line: &Line) -> String {
    let one = if line.optional { "|o" } else { "||" };
    let many = if line.single { "o|" } else { "o{" };
    format!("{one}{}{many}", if line.enforced { "--" } else { ".." })
}

fn attribute(row: &Row) -> String {
    let marks = row.marks().join(", ");
    let marks = if marks.is_empty() { marks } else { format!(" {marks}") };
    let null = row.nullable.then_some("may be NULL");
    let words: Vec<&str> = null.into_iter().chain(row.comment.as_deref()).collect();
    let comment =
        if words.is_empty() { String::new() } else { format!(" \"{}\"", quoted(&words.join(": "))) };
    let ty = word(&row.ty);
    format!("        {ty} {}{marks}{comment}\n", word(&row.name))
}

/// Names in quotes may have anything but quotes.
fn entity_name(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain { name.to_owned() } else { format!("\"{}\"", quoted(name)) }
}

/// Types and attributes are words.
fn word(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-()[]".contains(c);
    let word: String = text.replace(", ", "_").chars().map(|c| if fits(c) { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("c_{word}") }
}

fn quoted(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'")
}
