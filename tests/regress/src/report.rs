//! What is told about a run.

use std::fmt::Write as _;
use std::time::Duration;

use crate::causes;
use crate::verdict::Verdict;

/// A line for the terminal.
pub(crate) fn line(verdict: &Verdict) -> String {
    let mut line = format!(
        "{:<28} {:<18} {:>6} ms {:>5} lines",
        verdict.test,
        verdict.word(),
        verdict.elapsed.as_millis(),
        verdict.expected.lines
    );
    if let Some(native) = &verdict.native {
        let _ = write!(line, " {:>5} from native", native.lines);
    }
    if let Some(death) = &verdict.death {
        let _ = write!(line, "\n    {}", death.replace('\n', "\n    "));
    }
    line
}

/// The figures of a run.
pub(crate) struct Summary {
    total: usize,
    passed: usize,
    native: usize,
    killed: usize,
    stopped: usize,
    /// Tests with more lines that differ than a cause is known for, and those that found no end or killed the engine.
    pub(crate) unexplained: Vec<String>,
    /// Tests that pass although a cause is known.
    pub(crate) healed: Vec<String>,
    elapsed: Duration,
}

impl Summary {
    pub(crate) fn of(verdicts: &[Verdict]) -> Self {
        let known = causes::known();
        let count = |what: &dyn Fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| what(verdict)).count();
        let names = |what: &dyn Fn(&Verdict) -> bool| {
            verdicts.iter().filter(|verdict| what(verdict)).map(|verdict| verdict.test.clone()).collect()
        };
        Self {
            total: verdicts.len(),
            passed: count(&Verdict::passed),
            native: count(&|verdict| !verdict.passed() && verdict.is_native()),
            killed: count(&|verdict| verdict.death.is_some()),
            stopped: count(&|verdict| verdict.stopped),
            unexplained: names(&|verdict| {
                let lines = known.get(verdict.test.as_str()).map_or(0, |cause| cause.lines);
                verdict.expected.lines > lines || verdict.stopped || verdict.death.is_some()
            }),
            healed: names(&|verdict| verdict.passed() && known.contains_key(verdict.test.as_str())),
            elapsed: verdicts.iter().map(|verdict| verdict.elapsed).sum(),
        }
    }

    /// For the terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{} tests in {} s: {} pass, {} differ ({} of them as a native server does), {} took too long, {} killed the engine",
            self.total,
            self.elapsed.as_secs(),
            self.passed,
            self.total - self.passed,
            self.native,
            self.stopped,
            self.killed
        );
        if !self.unexplained.is_empty() {
            let _ =
                write!(text, "\nwithout a known cause for all that differs: {}", self.unexplained.join(", "));
        }
        if !self.healed.is_empty() {
            let _ = write!(text, "\npass, though a cause is known: {}", self.healed.join(", "));
        }
        text
    }
}

/// The table of what does not pass.
pub(crate) fn markdown(version: &str, verdicts: &[Verdict]) -> String {
    let known = causes::known();
    let mut text = format!("PostgreSQL {version}. {}\n\n", Summary::of(verdicts).text());
    text.push_str("| test | lines that differ | from native | cause |\n| --- | ---: | ---: | --- |\n");
    for verdict in verdicts.iter().filter(|verdict| !verdict.passed()) {
        let native = verdict.native.as_ref().map_or_else(String::new, |native| native.lines.to_string());
        let cause = known.get(verdict.test.as_str()).map_or("not known", |cause| cause.text);
        let word = if verdict.word() == "differs" || verdict.is_native() {
            String::new()
        } else {
            format!("{}: ", verdict.word())
        };
        let (test, lines) = (&verdict.test, verdict.expected.lines);
        let _ = writeln!(text, "| `{test}` | {lines} | {native} | {word}{cause} |");
    }
    text
}
