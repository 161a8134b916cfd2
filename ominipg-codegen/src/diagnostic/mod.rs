//! What is wrong with a schema, where, and what to do about it.

mod code;
mod render;

pub use code::Code;
pub(crate) use render::render;

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

/// One finding, before it is tied to a text.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) code: Code,
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: String,
}

impl Finding {
    pub(crate) fn new(code: Code, place: impl Into<Option<Place>>, message: impl Into<String>) -> Self {
        Self { code, place: place.into(), message: message.into(), label: String::new(), help: String::new() }
    }

    /// What stands behind the caret.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The way out.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// Collects findings, so that nothing stops at the first.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
        self.all.push(finding);
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.all.iter().any(|finding| finding.code.severity() == Severity::Error)
    }

    /// The files that are no schemas as a whole, so that nothing more can be said of what is in them.
    pub(crate) fn broken_files(&self) -> Vec<usize> {
        let broken = self.all.iter().filter(|finding| finding.code.breaks_file());
        broken.filter_map(|finding| finding.place.map(|place| place.file)).collect()
    }

    /// Takes in what was found about the other files; what only follows from broken files is left out.
    pub(crate) fn extend_beside(&mut self, broken: &[usize], others: Findings) {
        let follows = |finding: &Finding| {
            let inside = finding.place.is_some_and(|place| broken.contains(&place.file));
            inside || matches!(finding.code, Code::UnknownTable | Code::UnclearRelation | Code::Impossible)
        };
        self.all.extend(others.all.into_iter().filter(|finding| broken.is_empty() || !follows(finding)));
    }

    /// Renders all findings, in the order of files and lines, each once.
    pub(crate) fn finish(mut self, sources: &Sources) -> Vec<Diagnostic> {
        self.all.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        self.all.dedup_by(|a, b| (a.place, a.code, &a.message) == (b.place, b.code, &b.message));
        self.all.into_iter().map(|finding| Diagnostic::new(finding, sources)).collect()
    }
}

/// One finding about a schema.
#[derive(Debug, Clone)]
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
    rendered: String,
}

impl Diagnostic {
    fn new(finding: Finding, sources: &Sources) -> Self {
        let rendered = render(&finding, sources);
        let position = finding.place.map(|place| {
            let source = sources.get(place.file);
            (source.name.clone(), source.position(place.span.start))
        });
        let (file, (line, column)) = match position {
            Some((file, position)) => (Some(file), position),
            None => (None, (0, 0)),
        };
        Self {
            code: finding.code,
            message: finding.message,
            help: finding.help,
            file,
            line,
            column,
            rendered,
        }
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The report: the sentence, the place with its source line, and the way out.
impl std::fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.rendered)
    }
}

/// Everything that keeps a schema from becoming code; `Display` and `Debug` both give the full report.
pub struct Error {
    diagnostics: Vec<Diagnostic>,
}

impl Error {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    /// An error that belongs to no schema file.
    pub(crate) fn outside(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        let finding = Finding::new(code, None, message).help(help);
        Self { diagnostics: vec![Diagnostic::new(finding, &Sources::default())] }
    }

    /// Errors that belong to no schema file.
    pub(crate) fn outside_each(findings: Vec<Finding>) -> Self {
        let sources = Sources::default();
        Self { diagnostics: findings.into_iter().map(|finding| Diagnostic::new(finding, &sources)).collect() }
    }

    /// All findings: errors, and the warnings that came with them.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                out.write_str("\n")?;
            }
            diagnostic.fmt(out)?;
        }
        Ok(())
    }
}

/// A build script that returns the error shows it by `Debug`, so that is the report too.
impl std::fmt::Debug for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the schemas have problems\n\n{self}")
    }
}

impl std::error::Error for Error {}
