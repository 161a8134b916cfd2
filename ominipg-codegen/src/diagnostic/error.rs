//! Why nothing was generated.

use super::{Code, Diagnostic, Finding};
use crate::read::Sources;

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
        Self { diagnostics: vec![Diagnostic::new(code.severity(), finding, &Sources::default())] }
    }

    /// Errors that belong to no schema file.
    pub(crate) fn outside_each(findings: Vec<Finding>) -> Self {
        let sources = Sources::default();
        let diagnostic = |finding: Finding| Diagnostic::new(finding.code.severity(), finding, &sources);
        Self { diagnostics: findings.into_iter().map(diagnostic).collect() }
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
