//! The commands that read schemas.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use ominipg_codegen::{Build, Output, Severity};

/// Where the schemas are.
#[derive(Debug, Args)]
pub(super) struct Schemas {
    /// A folder of JSON Schemas, or one file.
    schemas: PathBuf,
}

/// The command `generate`.
#[derive(Debug, Args)]
pub(super) struct Generate {
    #[command(flatten)]
    schemas: Schemas,
    /// The folder that the code is written to, such as `src/db`.
    #[arg(long)]
    out: PathBuf,
    /// Writes nothing, and fails with a diff where the folder holds something else.
    #[arg(long)]
    check: bool,
    /// The path of the crate `ominipg` in the code.
    #[arg(long, value_name = "PATH")]
    runtime: Option<String>,
    /// A further derive of the generated types; may be given several times.
    #[arg(long, value_name = "PATH")]
    derive: Vec<String>,
}

impl Generate {
    pub(super) fn run(self) -> Result<(), String> {
        let mut build = Build::new(&self.schemas.schemas);
        if let Some(runtime) = self.runtime {
            build = build.runtime(runtime);
        }
        for derive in self.derive {
            build = build.derive(derive);
        }
        let output = generate(&build)?;
        let out = self.out.display();
        if self.check {
            output.check(&self.out).map_err(|error| error.to_string())?;
            println!("{out} is what the schemas give");
            return Ok(());
        }
        let written = output.write(&self.out).map_err(|error| error.to_string())?;
        for name in &written.changed {
            println!("wrote {out}/{name}");
        }
        for name in &written.deleted {
            println!("deleted {out}/{name}");
        }
        if written.changed.is_empty() && written.deleted.is_empty() {
            println!("{out} is what the schemas give already");
        }
        Ok(())
    }
}

impl Schemas {
    pub(super) fn check(self) -> Result<(), String> {
        let output = generate(&Build::new(&self.schemas))?;
        let count = output.files().len() - 1;
        let tables = if count == 1 { "table" } else { "tables" };
        println!("{}: {count} {tables}, no errors", self.schemas.display());
        Ok(())
    }

    pub(super) fn sql(self) -> Result<(), String> {
        let output = generate(&Build::new(&self.schemas))?;
        let sql: String = output.ddl().iter().map(|statement| format!("{statement};\n\n")).collect();
        match io::stdout().write_all(sql.as_bytes()) {
            // Who reads, as `head` does, may have read enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("error: {error}")),
            _ => Ok(()),
        }
    }
}

/// Generates in memory; warnings go to stderr, errors back.
fn generate(build: &Build) -> Result<Output, String> {
    let output = build.generate().map_err(|error| {
        let errors = error.diagnostics().iter().filter(|found| found.severity() == Severity::Error).count();
        format!("{error}\n{errors} {}\n", if errors == 1 { "error" } else { "errors" })
    })?;
    for warning in output.warnings() {
        eprintln!("{warning}");
    }
    Ok(output)
}
