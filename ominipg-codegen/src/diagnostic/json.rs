//! A finding for programs.

use serde_json::{Value, json};

use super::{Diagnostic, Label};

pub(super) fn object(found: &Diagnostic) -> String {
    let object = json!({
        "severity": found.severity.word(),
        "code": found.code.id(),
        "message": found.message,
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "range": found.labels.first().map(range),
        "labels": found.labels.iter().map(label).collect::<Vec<_>>(),
        "help": found.help,
        "rendered": found.rendered,
    });
    object.to_string()
}

fn label(label: &Label) -> Value {
    json!({
        "file": label.file,
        "line": label.line,
        "column": label.column,
        "endLine": label.end_line,
        "endColumn": label.end_column,
        "range": range(label),
        "text": label.text,
    })
}

fn range(label: &Label) -> [usize; 2] {
    [label.range.start, label.range.end]
}
