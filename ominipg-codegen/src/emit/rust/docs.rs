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
            let mut text = String::with_capacity(line.len() + 1);
            text.push(' ');
            escape(line, &mut text);
            out.push(text);
        }
    }
    if fenced {
        out.push(" ```".to_owned());
    }
    out
}

/// Adds a line, with what Markdown would take for more than a word escaped outside of `code`.
fn escape(line: &str, out: &mut String) {
    // Where one is left over, no quote begins code.
    let paired = line.matches('`').count().is_multiple_of(2);
    let mut code = false;
    for c in line.chars() {
        let quote = c == '`' && paired;
        code ^= quote;
        if !code && !quote && matches!(c, '[' | ']' | '<' | '>' | '*' | '_' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
}
