use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::arguments::Arguments;
use crate::comparison::{self, Difference};
use crate::embedded::Embedded;
use crate::native;
use crate::psql::{Address, Ended, Psql};
use crate::report::{self, Summary};
use crate::sources::Sources;
use crate::target;
use crate::verdict::Verdict;

/// The tests whose tables, types and functions others use: they are run first where not all are run.
const GROUND: [&str; 16] = [
    "test_setup",
    "point",
    "polygon",
    "circle",
    "create_function_c",
    "create_misc",
    "create_operator",
    "create_procedure",
    "create_table",
    "create_type",
    "create_schema",
    "create_index",
    "create_view",
    "create_aggregate",
    "create_cast",
    "inherit",
];

/// Runs the tests; gives whether every one of them passes or fails for a known cause.
///
/// # Errors
///
/// Where the tests cannot be run at all.
pub async fn run(arguments: &Arguments) -> Result<bool, String> {
    let said = |error: io::Error| error.to_string();
    let sources = Sources::find(&arguments.sources).map_err(said)?;
    let tests = tests(&sources.schedule().map_err(said)?, &arguments.only)?;
    fs::create_dir_all(&arguments.output).map_err(said)?;
    let output = fs::canonicalize(&arguments.output).map_err(said)?;
    let mut run = Run::new(arguments, sources, output).await?;
    let mut verdicts = Vec::new();
    let mut survived = Vec::new();
    for test in &tests {
        let verdict = run.test(test).await?;
        println!("{}", report::line(&verdict));
        let died = verdict.death.is_some();
        if arguments.only.is_empty() || arguments.only.contains(test) || died {
            verdicts.push(verdict);
        }
        match died {
            true => run.renew(&survived).await?,
            false => survived.push(test.clone()),
        }
    }
    let version = run.embedded.version().await.map_err(|error| error.to_string())?;
    run.embedded.close().await;
    let summary = Summary::of(&verdicts);
    println!("\n{}", summary.text());
    if let Some(file) = &arguments.markdown {
        fs::write(file, report::markdown(&version, &verdicts)).map_err(said)?;
    }
    Ok(summary.unexplained.is_empty())
}

/// Which tests are run.
fn tests(schedule: &[String], only: &[String]) -> Result<Vec<String>, String> {
    if let Some(unknown) = only.iter().find(|test| !schedule.contains(test)) {
        return Err(format!("the schedule has no test `{unknown}`"));
    }
    let wanted = |test: &&String| only.is_empty() || only.contains(test) || GROUND.contains(&test.as_str());
    Ok(schedule.iter().filter(wanted).cloned().collect())
}

/// The databases, and what is needed to run tests on them.
struct Run {
    sources: Sources,
    psql: Psql,
    output: PathBuf,
    beside: bool,
    embedded: Embedded,
    /// How many databases there were.
    opened: usize,
    native: Option<Address>,
}

impl Run {
    async fn new(arguments: &Arguments, sources: Sources, output: PathBuf) -> Result<Self, String> {
        let folders = ["results", "diffs", "native/results", "native/diffs"];
        for folder in folders {
            fs::create_dir_all(output.join(folder)).map_err(|error| error.to_string())?;
        }
        let native = match &arguments.native {
            Some(url) => {
                // The server may run as somebody else.
                open_to_all(&output.join("native/results")).map_err(|error| error.to_string())?;
                Some(native::prepare(url, &sources, &output.join("native")).await?)
            }
            None => None,
        };
        let embedded = open(&output, 1, &sources, arguments.beside).await?;
        let psql = Psql::new(&arguments.psql, arguments.time());
        Ok(Self { sources, psql, output, beside: arguments.beside, embedded, opened: 1, native })
    }

    async fn test(&self, test: &str) -> Result<Verdict, String> {
        let said = |error: io::Error| format!("{test}: {error}");
        let results = self.output.join("results");
        let outcome = target::run(&self.psql, &self.sources, test, self.embedded.address(), &results).await;
        let outcome = outcome.map_err(said)?;
        let death = self.embedded.death().await;
        let result = target::result(&results, test);
        let found = comparison::closest(&self.sources.expected(test), &result).await.map_err(said)?;
        keep(&self.output.join("diffs"), test, &found).map_err(said)?;
        let native = match &self.native {
            Some(address) => Some(self.compare_native(test, address, &result).await.map_err(said)?),
            None => None,
        };
        Ok(Verdict {
            test: test.to_owned(),
            elapsed: outcome.elapsed,
            stopped: outcome.ended == Ended::Stopped,
            expected: found,
            native,
            death,
        })
    }

    /// Runs a test on the native server, and tells what differs from what it says.
    async fn compare_native(&self, test: &str, address: &Address, result: &Path) -> io::Result<Difference> {
        let results = self.output.join("native/results");
        target::run(&self.psql, &self.sources, test, address, &results).await?;
        let found = comparison::compare(&target::result(&results, test), result).await?;
        keep(&self.output.join("native/diffs"), test, &found)?;
        Ok(found)
    }

    /// Opens another database in place of one that died, and runs again what led there: later tests build on it.
    async fn renew(&mut self, before: &[String]) -> Result<(), String> {
        self.opened += 1;
        let new = open(&self.output, self.opened, &self.sources, self.beside).await?;
        std::mem::replace(&mut self.embedded, new).close().await;
        let results = self.output.join("again");
        fs::create_dir_all(&results).map_err(|error| error.to_string())?;
        for test in before {
            let again = target::run(&self.psql, &self.sources, test, self.embedded.address(), &results).await;
            again.map_err(|error| format!("{test}: {error}"))?;
            if let Some(death) = self.embedded.death().await {
                return Err(format!("{test} ends the engine the second time only: {death}"));
            }
        }
        Ok(())
    }
}

async fn open(output: &Path, number: usize, sources: &Sources, beside: bool) -> Result<Embedded, String> {
    let folder = output.join(format!("database_{number}"));
    Embedded::open(&folder, sources, beside).await.map_err(|error| error.to_string())
}

/// Writes a difference down, or takes an older one away.
fn keep(folder: &Path, test: &str, difference: &Difference) -> io::Result<()> {
    let file = folder.join(format!("{test}.diff"));
    if !difference.is_empty() {
        return fs::write(file, &difference.text);
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn open_to_all(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> io::Result<()> {
    Ok(())
}
