//! PostgreSQL's client, with the environment that its own runner gives it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// What a client must know to reach a server, and where that server finds the tests' files.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) database: String,
    /// The folder with the folder `data`, as the server calls it.
    pub(crate) sources: String,
    /// The folder with the folder `results`, as the server calls it.
    pub(crate) build: String,
}

/// How a client came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    ByItself,
    /// It took too long.
    Stopped,
}

/// A way to run the client.
#[derive(Debug, Clone)]
pub(crate) struct Psql {
    program: PathBuf,
    timeout: Duration,
}

impl Psql {
    pub(crate) fn new(program: &Path, timeout: Duration) -> Self {
        Self { program: program.to_owned(), timeout }
    }

    /// Runs a script and writes all that is said to `output`.
    pub(crate) async fn run(
        &self,
        test: &str,
        script: &Path,
        address: &Address,
        output: &Path,
    ) -> io::Result<Ended> {
        let said = File::create(output)?;
        let mut command = Command::new(&self.program);
        command.args(["-X", "-a", "-q", "-d", &address.database]);
        command.args(["-v", "HIDE_TABLEAM=on", "-v", "HIDE_TOAST_COMPRESSION=on"]);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("PG") || text.starts_with("LC_") || text == "LANGUAGE" {
                command.env_remove(name);
            }
        }
        command.env("LANG", "C").env("LC_MESSAGES", "C");
        command.env("PGTZ", "America/Los_Angeles").env("PGDATESTYLE", "Postgres, MDY");
        command.env("PGOPTIONS", "-c intervalstyle=postgres_verbose");
        command.env("PGAPPNAME", format!("pg_regress/{test}"));
        command.env("PGHOST", &address.host).env("PGPORT", address.port.to_string());
        command.env("PGUSER", &address.user);
        command.env("PG_ABS_SRCDIR", &address.sources).env("PG_ABS_BUILDDIR", &address.build);
        // Nothing is there: the tests' own C functions are code for another machine.
        command.env("PG_LIBDIR", "/nonexistent").env("PG_DLSUFFIX", ".so");
        command.stdin(File::open(script)?).stdout(said.try_clone()?).stderr(Stdio::from(said));
        let mut child = command.kill_on_drop(true).spawn().map_err(|error| {
            io::Error::new(error.kind(), format!("{} does not start: {error}", self.program.display()))
        })?;
        match tokio::time::timeout(self.timeout, child.wait()).await {
            // Its code says only whether the connection held, which the output says too.
            Ok(status) => status.map(|_| Ended::ByItself),
            Err(_) => {
                child.kill().await?;
                Ok(Ended::Stopped)
            }
        }
    }
}
