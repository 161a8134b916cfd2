//! The documentation of generated items, from `title`, `description` and `examples`.

use super::cursor::Cursor;

/// The text for a schema; `fallback` where it says nothing of itself.
pub(super) fn doc<'a>(get: impl Fn(&str) -> Option<Cursor<'a>>, fallback: &str) -> String {
    let mut parts = vec![comment(&get).unwrap_or_else(|| fallback.to_owned())];
    if let Some(examples) = get("examples") {
        let list: Vec<String> =
            examples.items().map(|example| format!("`{}`", example.node.to_json())).collect();
        if !list.is_empty() {
            parts.push(format!("Examples: {}", list.join(", ")));
        }
    }
    parts.join("\n\n")
}

/// What a schema says of itself in words: its title, and its description.
pub(super) fn comment<'a>(get: impl Fn(&str) -> Option<Cursor<'a>>) -> Option<String> {
    let text = |keyword: &str| {
        get(keyword).and_then(|at| at.node.str().map(str::trim)).filter(|text| !text.is_empty())
    };
    let parts: Vec<&str> = [text("title"), text("description")].into_iter().flatten().collect();
    // PostgreSQL's texts hold no NUL.
    (!parts.is_empty()).then(|| parts.join("\n\n").replace('\0', "\u{fffd}"))
}
