//! A finding as plain text: the same words in the macro, the build script and the command line.

use std::fmt::Write;

use super::{Code, Label, Severity};

/// Lines longer than this are cut around the place, so that a minified schema does not fill the screen.
const WIDTH: usize = 100;

pub(super) fn render(severity: Severity, code: Code, message: &str, labels: &[Label], help: &str) -> String {
    let mut out = format!("{}[{code}]: {message}\n", severity.word());
    let indent = labels.iter().map(|label| label.line.to_string().len()).max().unwrap_or(1);
    for (index, label) in labels.iter().enumerate() {
        let (arrow, mark) = if index == 0 { ("-->", "^") } else { (":::", "-") };
        if index > 0 {
            let _ = writeln!(out, "{:indent$} |", "");
        }
        let (shown, from, length) = window(&label.source, label.column - 1, label.marked);
        let _ = writeln!(out, "{:indent$}{arrow} {}:{}:{}", "", label.file, label.line, label.column);
        let _ = writeln!(out, "{:indent$} |", "");
        let _ = writeln!(out, "{:<indent$} | {shown}", label.line);
        let mark = mark.repeat(length);
        let _ = writeln!(out, "{}", format!("{:indent$} | {:from$}{mark} {}", "", "", label.text).trim_end());
    }
    for (index, line) in help.lines().enumerate() {
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
