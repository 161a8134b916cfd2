//! A finding as plain text: the same words in the macro, the build script and the command line.

use std::fmt::Write;

use super::{Finding, Severity};
use crate::read::Sources;

/// Lines longer than this are cut around the place, so that a minified schema does not fill the screen.
const WIDTH: usize = 100;

pub(crate) fn render(finding: &Finding, sources: &Sources) -> String {
    let word = match finding.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{word}[{}]: {}\n", finding.code, finding.message);
    let mut indent = 1;
    if let Some(place) = finding.place {
        let source = sources.get(place.file);
        let (line, column) = source.position(place.span.start);
        let number = line.to_string();
        indent = number.len();
        let text = source.line(line);
        // A range of several lines is marked to the end of its first.
        let from = column - 1;
        let marked = source.text[place.span.start..place.span.end].lines().next().unwrap_or("");
        let (shown, from, length) = window(text, from, marked.chars().count().max(1));
        let _ = writeln!(out, "{:indent$}--> {}:{line}:{column}", "", source.name);
        let _ = writeln!(out, "{:indent$} |", "");
        let _ = writeln!(out, "{number} | {shown}");
        let caret = "^".repeat(length);
        let _ =
            writeln!(out, "{}", format!("{:indent$} | {:from$}{caret} {}", "", "", finding.label).trim_end());
    }
    for (index, line) in finding.help.lines().enumerate() {
        let lead = if index == 0 { "= help:" } else { "       " };
        let _ = writeln!(out, "{:indent$} {lead} {line}", "");
    }
    out
}

/// The part of a line to show, with tabs as single spaces, and where the mark falls in it.
fn window(text: &str, from: usize, length: usize) -> (String, usize, usize) {
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if chars.len() <= WIDTH {
        return (chars.into_iter().collect(), from, length);
    }
    let start = from.saturating_sub(WIDTH / 3);
    let end = (start + WIDTH).min(chars.len());
    let lead = if start > 0 { "…" } else { "" };
    let tail = if end < chars.len() { "…" } else { "" };
    let shown = format!("{lead}{}{tail}", chars[start..end].iter().collect::<String>());
    (shown, from - start + lead.chars().count(), length.min(end - from.min(end)).max(1))
}
