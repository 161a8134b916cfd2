//! Why tests fail that cannot pass: a file of ours says so, a line each.

use std::collections::BTreeMap;

const FILE: &str = include_str!("../causes.txt");

/// What is known of a test that cannot pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause {
    /// The most lines that differ for it.
    pub(crate) lines: usize,
    pub(crate) text: &'static str,
}

/// The causes by the names of the tests.
pub(crate) fn known() -> BTreeMap<&'static str, Cause> {
    lines().filter_map(parse).collect()
}

fn lines() -> impl Iterator<Item = &'static str> {
    FILE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// `test, lines: cause`
fn parse(line: &'static str) -> Option<(&'static str, Cause)> {
    let (test, text) = line.split_once(": ")?;
    let (test, lines) = test.split_once(", ")?;
    Some((test, Cause { lines: lines.parse().ok()?, text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_test_its_lines_and_a_cause() {
        assert_eq!(lines().count(), known().len());
        assert!(known().iter().all(|(test, cause)| !test.contains(' ') && !cause.text.is_empty()));
    }
}
