//! The order of the tests.

/// The names in a schedule, one after the other: groups that may run in parallel may run in turn too.
pub(crate) fn parse(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("test:"));
    lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_groups_in_their_order() {
        let text = "# a comment\n\ntest: first\n# test: left_out\ntest: second third\n";
        assert_eq!(super::parse(text), ["first", "second", "third"]);
    }
}
