use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::schedule;

/// The most alternatives of an expected output.
const ALTERNATIVES: usize = 10;

/// The regression tests in a source tree.
#[derive(Debug)]
pub(crate) struct Sources {
    folder: PathBuf,
}

impl Sources {
    /// Finds the tests in a source tree.
    pub(crate) fn find(tree: &Path) -> io::Result<Self> {
        let folder = fs::canonicalize(tree)?.join("src/test/regress");
        let sources = Self { folder };
        fs::metadata(sources.schedule_file()).map_err(|error| named(error, &sources.schedule_file()))?;
        Ok(sources)
    }

    /// The names of all tests, in their order.
    pub(crate) fn schedule(&self) -> io::Result<Vec<String>> {
        let file = self.schedule_file();
        Ok(schedule::parse(&fs::read_to_string(&file).map_err(|error| named(error, &file))?))
    }

    /// The folder of the tests.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The script of a test.
    pub(crate) fn script(&self, test: &str) -> PathBuf {
        self.folder.join("sql").join(format!("{test}.sql"))
    }

    /// The outputs that a test may give.
    pub(crate) fn expected(&self, test: &str) -> Vec<PathBuf> {
        let folder = self.folder.join("expected");
        let others = (0..ALTERNATIVES).map(|number| folder.join(format!("{test}_{number}.out")));
        std::iter::once(folder.join(format!("{test}.out")))
            .chain(others.filter(|file| file.is_file()))
            .collect()
    }

    /// The data that tests load.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn schedule_file(&self) -> PathBuf {
        self.folder.join("parallel_schedule")
    }
}

fn named(error: io::Error, file: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", file.display()))
}
