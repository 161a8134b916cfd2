//! The commands that read schemas.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use ominipg_codegen::{Build, Crate, Output};

use super::report::{Format, report, summary};

/// Where the schemas are, and how what is found is told.
#[derive(Debug, Args)]
pub(super) struct Schemas {
    /// A folder of JSON Schemas, or one file.
    schemas: PathBuf,
    /// Makes errors of warnings.
    #[arg(long)]
    deny_warnings: bool,
    /// How errors and warnings are written to stderr.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    message_format: Format,
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
    /// Writes a whole crate of this name to the folder: its Cargo.toml, and the code in `src`.
    #[arg(long = "crate", value_name = "NAME")]
    name: Option<String>,
    /// The version of the crate.
    #[arg(long, value_name = "VERSION", requires = "name")]
    crate_version: Option<String>,
    /// Which versions of ominipg the crate takes; by default that of this command.
    #[arg(long, value_name = "REQUIREMENT", requires = "name")]
    ominipg_version: Option<String>,
    /// Where the sources of ominipg are, relative to the crate's folder.
    #[arg(long, value_name = "PATH", requires = "name")]
    ominipg_path: Option<PathBuf>,
    /// The path of the crate `ominipg` in the code.
    #[arg(long, value_name = "PATH")]
    runtime: Option<String>,
    /// A further derive of the generated types; may be given several times.
    #[arg(long, value_name = "PATH")]
    derive: Vec<String>,
}

impl Generate {
    pub(super) fn run(self) -> Result<(), String> {
        let manifest = self.manifest();
        let mut build = self.schemas.build();
        if let Some(runtime) = self.runtime {
            build = build.runtime(runtime);
        }
        for derive in self.derive {
            build = build.derive(derive);
        }
        let format = self.schemas.message_format;
        let output = self.schemas.generate(&build)?;
        let out = self.out.display();
        if self.check {
            let checked = match &manifest {
                Some(manifest) => output.check_crate(&self.out, manifest),
                None => output.check(&self.out),
            };
            checked.map_err(|error| report(error.diagnostics(), format))?;
            println!("{out} is what the schemas give");
            return Ok(());
        }
        let written = match &manifest {
            Some(manifest) => output.write_crate(&self.out, manifest),
            None => output.write(&self.out),
        };
        let written = written.map_err(|error| report(error.diagnostics(), format))?;
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

    fn manifest(&self) -> Option<Crate> {
        let mut manifest = Crate::new(self.name.as_deref()?);
        if let Some(version) = &self.crate_version {
            manifest = manifest.version(version);
        }
        if let Some(requirement) = &self.ominipg_version {
            manifest = manifest.ominipg_version(requirement);
        }
        if let Some(path) = &self.ominipg_path {
            manifest = manifest.ominipg_path(path);
        }
        Some(manifest)
    }
}

impl Schemas {
    pub(super) fn build(&self) -> Build {
        Build::new(&self.schemas).deny_warnings(self.deny_warnings)
    }

    /// Generates in memory; warnings go to stderr, errors back.
    pub(super) fn generate(&self, build: &Build) -> Result<Output, String> {
        let format = self.message_format;
        let output = build.generate().map_err(|error| {
            let found = error.diagnostics();
            format!("{}{}", report(found, format), summary(found, format))
        })?;
        eprint!("{}", report(output.warnings(), format));
        Ok(output)
    }

    pub(super) fn check(self) -> Result<(), String> {
        let output = self.generate(&self.build())?;
        let count = output.files().len() - 1;
        let tables = if count == 1 { "table" } else { "tables" };
        println!("{}: {count} {tables}, no errors", self.schemas.display());
        Ok(())
    }

    pub(super) fn sql(self) -> Result<(), String> {
        let output = self.generate(&self.build())?;
        let sql: String = output.ddl().iter().map(|statement| format!("{statement};\n\n")).collect();
        match io::stdout().write_all(sql.as_bytes()) {
            // Who reads, as `head` does, may have read enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("error: {error}")),
            _ => Ok(()),
        }
    }
}
