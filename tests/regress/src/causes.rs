//! Why tests fail that cannot pass: a file of ours says so, a line each.

use std::collections::BTreeMap;

const FILE: &str = include_str!("../causes.txt");

/// The causes by the names of the tests.
pub(crate) fn known() -> BTreeMap<&'static str, &'static str> {
    let lines = FILE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(':')).map(|(test, cause)| (test.trim(), cause.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_test_and_a_cause() {
        let lines = FILE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        assert_eq!(lines.count(), known().len());
        assert!(known().iter().all(|(test, cause)| !test.contains(' ') && !cause.is_empty()));
    }
}
