use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::psql::{Address, Ended, Psql};
use crate::sources::Sources;

/// How a test went, before anything is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) ended: Ended,
    pub(crate) elapsed: Duration,
}

/// Runs a test at an address and leaves its output in `results`.
pub(crate) async fn run(
    psql: &Psql,
    sources: &Sources,
    test: &str,
    address: &Address,
    results: &Path,
) -> io::Result<Outcome> {
    let start = Instant::now();
    let ended = psql.run(test, &sources.script(test), address, &result(results, test)).await?;
    Ok(Outcome { ended, elapsed: start.elapsed() })
}

/// The file with a test's output.
pub(crate) fn result(results: &Path, test: &str) -> std::path::PathBuf {
    results.join(format!("{test}.out"))
}
