//! All that is found, until it is told.

use super::{Code, Diagnostic, Finding, Severity};
use crate::read::Sources;

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

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
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

    /// Renders all findings, in the order of files and lines, each once; with `deny`, all of them as errors.
    pub(crate) fn finish(mut self, sources: &Sources, deny: bool) -> Vec<Diagnostic> {
        self.all.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        self.all.dedup_by(|a, b| (a.place, a.code, &a.message) == (b.place, b.code, &b.message));
        let severity = |code: Code| if deny { Severity::Error } else { code.severity() };
        self.all
            .into_iter()
            .map(|finding| Diagnostic::new(severity(finding.code), finding, sources))
            .collect()
    }
}
