//! The documentation of generated items, from `title`, `description` and `examples`.

use super::cursor::Cursor;

/// The text for a schema; `fallback` where it says nothing of itself.
pub(super) fn doc<'a>(get: impl Fn(&str) -> Option<Cursor<'a>>, fallback: &str) -> String {
    let text = |keyword: &str| {
        get(keyword).and_then(|at| at.node.str().map(str::trim)).filter(|text| !text.is_empty())
    };
    let mut parts: Vec<String> =
        [text("title"), text("description")].into_iter().flatten().map(str::to_owned).collect();
    if parts.is_empty() {
        parts.push(fallback.to_owned());
    }
    if let Some(examples) = get("examples") {
        let list: Vec<String> =
            examples.items().map(|example| format!("`{}`", example.node.to_json())).collect();
        if !list.is_empty() {
            parts.push(format!("Examples: {}", list.join(", ")));
        }
    }
    parts.join("\n\n")
}
