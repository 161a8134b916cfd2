//! Findings on the command line.

use clap::ValueEnum;
use ominipg_codegen::{Diagnostic, Severity};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// As text, with the lines at fault.
    Human,
    /// As a JSON object a line, for editors.
    Json,
}

/// All findings, as they go to stderr.
pub(super) fn report(found: &[Diagnostic], format: Format) -> String {
    match format {
        Format::Human => found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Format::Json => found.iter().map(|found| format!("{}\n", found.to_json())).collect(),
    }
}

/// What stands below: how many errors there are, and where more is said of them. JSON has nothing else beside it.
pub(super) fn summary(found: &[Diagnostic], format: Format) -> String {
    if format == Format::Json {
        return String::new();
    }
    let mut errors = found.iter().filter(|found| found.severity() == Severity::Error);
    let count = errors.clone().count();
    let Some(first) = errors.next() else { return String::new() };
    let words = if count == 1 { "error" } else { "errors" };
    format!("\n{count} {words}; `ominipg-codegen --explain {}` tells more\n", first.code)
}
