//! Documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

/// One attribute a line, so that it is printed as `///`.
pub(super) fn docs(text: &str) -> TokenStream {
    let lines = lines(text);
    quote!(#(#[doc = #lines])*)
}

/// The text in Markdown that means no more than the words: no links, no HTML, no code that would be run as a test.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut out = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            fenced = !fenced;
            out.push(if fenced { " ```text".to_owned() } else { " ```".to_owned() });
        } else if fenced {
            out.push(format!(" {line}"));
        } else if line.is_empty() {
            out.push(String::new());
        } else {
            out.push(format!(" {}", escape(line)));
        }
    }
    if fenced {
        out.push(" ```".to_owned());
    }
    out
}

/// Outside of `code`.
fn escape(line: &str) -> String {
    if line.matches('`').count() % 2 == 1 {
        return escape_plain(line);
    }
    let parts = line.split('`').enumerate();
    let parts: Vec<String> = parts
        .map(|(index, part)| if index % 2 == 0 { escape_plain(part) } else { part.to_owned() })
        .collect();
    parts.join("`")
}

fn escape_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '[' | ']' | '<' | '>' | '*' | '_' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
