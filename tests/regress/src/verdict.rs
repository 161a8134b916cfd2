use std::time::Duration;

use crate::comparison::Difference;

/// What became of a test.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) test: String,
    pub(crate) elapsed: Duration,
    /// Whether it took too long and was stopped.
    pub(crate) stopped: bool,
    /// What differs from the expected output.
    pub(crate) expected: Difference,
    /// What differs from the native server's output, where there is one.
    pub(crate) native: Option<Difference>,
    /// What the engine said when it did not survive.
    pub(crate) death: Option<String>,
}

impl Verdict {
    /// Whether the output was one of those that are right.
    pub(crate) fn passed(&self) -> bool {
        self.expected.is_empty() && !self.stopped && self.death.is_none()
    }

    /// Whether a native server gives the same.
    pub(crate) fn is_native(&self) -> bool {
        self.native.as_ref().is_some_and(Difference::is_empty) && !self.stopped && self.death.is_none()
    }

    /// In a word or two.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            _ if self.death.is_some() => "KILLED THE ENGINE",
            _ if self.stopped => "took too long",
            _ if self.passed() => "ok",
            _ if self.is_native() => "as native",
            _ => "differs",
        }
    }
}
