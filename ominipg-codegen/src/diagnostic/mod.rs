//! What is wrong with a schema, where, and what to do about it.

mod code;
mod error;
mod findings;
mod json;
mod label;
mod render;

pub use code::Code;
pub use error::Error;
pub(crate) use findings::Findings;
pub use label::Label;

use crate::read::{Sources, Span};

/// A range of bytes in one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) span: Span,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// Code is generated, but something in the schema has no effect.
    Warning,
}

impl Severity {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One finding, before it is tied to a text.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) code: Code,
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
    pub(crate) label: String,
    /// Places that disagree with the first one.
    pub(crate) others: Vec<(Place, String)>,
    pub(crate) help: String,
}

impl Finding {
    pub(crate) fn new(code: Code, place: impl Into<Option<Place>>, message: impl Into<String>) -> Self {
        let (label, help) = (String::new(), String::new());
        Self { code, place: place.into(), message: message.into(), label, others: Vec::new(), help }
    }

    /// What stands behind the caret.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// A second place, and what is said there.
    pub(crate) fn and(mut self, place: Place, label: impl Into<String>) -> Self {
        self.others.push((place, label.into()));
        self
    }

    /// The way out.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// One finding about a schema.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The way out; empty where there is none to tell.
    pub help: String,
    /// The file, as it was named to the generator; none where no file is at fault.
    pub file: Option<String>,
    /// The line, counted from 1; 0 without a file.
    pub line: usize,
    /// The column in characters, counted from 1; 0 without a file.
    pub column: usize,
    /// The places: first the one at fault, then those that it does not agree with; none without a file.
    pub labels: Vec<Label>,
    severity: Severity,
    rendered: String,
}

impl Diagnostic {
    fn new(severity: Severity, finding: Finding, sources: &Sources) -> Self {
        let first = finding.place.map(|place| Label::new(place, finding.label, sources));
        let others = finding.others.into_iter().map(|(place, text)| Label::new(place, text, sources));
        let labels: Vec<Label> = first.into_iter().chain(others).collect();
        let rendered = render::render(severity, finding.code, &finding.message, &labels, &finding.help);
        let first = labels.first();
        Self {
            code: finding.code,
            message: finding.message,
            help: finding.help,
            file: first.map(|label| label.file.clone()),
            line: first.map_or(0, |label| label.line),
            column: first.map_or(0, |label| label.column),
            labels,
            severity,
            rendered,
        }
    }

    /// How bad it is: what its code says, unless warnings are denied.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The finding as a JSON object on one line, for editors.
    ///
    /// ```text
    /// { "severity": "error" or "warning", "code": "OMI014", "message": …, "file": … or null, "line": 1, "column": 1,
    ///   "range": [first byte, byte behind the last] or null,
    ///   "labels": [{ "file": …, "line": 1, "column": 1, "endLine": 1, "endColumn": 2, "range": [0, 1], "text": … }],
    ///   "help": …, "rendered": … }
    /// ```
    ///
    /// Lines and columns count from 1, columns in characters, ranges in bytes of UTF-8 from 0. `file`, `line`, `column` and
    /// `range` are those of the first label. Further fields may come.
    pub fn to_json(&self) -> String {
        json::object(self)
    }
}

/// The report: the sentence, the place with its source line, and the way out.
impl std::fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.rendered)
    }
}
