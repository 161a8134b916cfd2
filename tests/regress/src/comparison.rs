//! What differs between two outputs, by `diff`, as PostgreSQL's own runner has it.

use std::io;
use std::path::{Path, PathBuf};

use tokio::process::Command;

/// What differs from the expected output that comes closest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Difference {
    /// How many lines were taken out or put in.
    pub(crate) lines: usize,
    /// The difference as `diff -U3` prints it.
    pub(crate) text: String,
}

impl Difference {
    pub(crate) fn is_empty(&self) -> bool {
        self.lines == 0
    }
}

/// Compares a result with all that would be right, and gives what differs least.
pub(crate) async fn closest(expected: &[PathBuf], result: &Path) -> io::Result<Difference> {
    let mut best = None::<Difference>;
    for file in expected {
        let found = compare(file, result).await?;
        if best.as_ref().is_none_or(|best| found.lines < best.lines) {
            best = Some(found);
        }
    }
    Ok(best.unwrap_or_default())
}

/// Compares a result with what is expected.
pub(crate) async fn compare(expected: &Path, result: &Path) -> io::Result<Difference> {
    let output = Command::new("diff").args(["-a", "-U3"]).arg(expected).arg(result).output().await?;
    // 1 says that there are differences.
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("`diff` failed: {}", said.trim())));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Difference { lines: changed(&text), text })
}

/// The lines of a difference that are not context; the first two name the files.
fn changed(text: &str) -> usize {
    text.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).count()
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_what_changed() {
        let text = "--- a\n+++ b\n@@ -1,3 +1,3 @@\n same\n-old\n+new\n+more\n";
        assert_eq!(super::changed(text), 3);
        assert_eq!(super::changed(""), 0);
    }
}
