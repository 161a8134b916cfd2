//! The generator with its settings, and its door for build scripts.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::check::check;
use crate::diagnostic::{Code, Diagnostic, Error, Findings};
use crate::emit::{Settings, Texts};
use crate::migrate::{self, MigrationFile};
use crate::model::{self, Schema};
use crate::output::Output;
use crate::read::{self, Sources};

/// Generates code from a folder of JSON Schemas, or from one file.
#[derive(Debug, Clone)]
pub struct Build {
    schemas: PathBuf,
    base: PathBuf,
    settings: Texts,
    deny_warnings: bool,
    out_dir: Option<PathBuf>,
    migrations: Option<PathBuf>,
}

/// A model without mistakes, and what it was made of.
pub(crate) struct Checked {
    pub(crate) schema: Schema,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

/// Generates code in memory with the usual settings.
///
/// # Errors
///
/// Everything that is wrong with the schemas.
pub fn generate(schemas: impl AsRef<Path>) -> Result<Output, Error> {
    Build::new(schemas).generate()
}

impl Build {
    /// The generator for a folder or a file; the path is relative to the working folder, which is the crate's in a build script.
    pub fn new(schemas: impl AsRef<Path>) -> Self {
        Self {
            schemas: schemas.as_ref().to_path_buf(),
            base: PathBuf::new(),
            settings: Texts::default(),
            deny_warnings: false,
            out_dir: None,
            migrations: None,
        }
    }

    /// The path of the crate `ominipg` in the generated code, `::ominipg` unless set.
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.settings.runtime = Some(path.into());
        self
    }

    /// Adds a derive to the generated types, such as `Eq` or `::schemars::JsonSchema`.
    pub fn derive(mut self, path: impl Into<String>) -> Self {
        self.settings.derive.push(path.into());
        self
    }

    /// Makes errors of warnings.
    pub fn deny_warnings(mut self, deny: bool) -> Self {
        self.deny_warnings = deny;
        self
    }

    /// The folder that [`emit`](Self::emit) writes to, cargo's `OUT_DIR` unless set.
    pub fn out_dir(mut self, path: impl AsRef<Path>) -> Self {
        self.out_dir = Some(path.as_ref().to_path_buf());
        self
    }

    /// A folder of migrations, relative to the working folder, of which [`emit`](Self::emit) makes `MIGRATIONS` beside the tables, as the
    /// macro `ominipg_migrations!` does.
    pub fn migrations(mut self, folder: impl AsRef<Path>) -> Self {
        self.migrations = Some(folder.as_ref().to_path_buf());
        self
    }

    /// What the path of the schemas is relative to.
    pub(crate) fn base(mut self, path: &Path) -> Self {
        self.base = path.to_path_buf();
        self
    }

    /// Generates code in memory.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the schemas.
    pub fn generate(&self) -> Result<Output, Error> {
        self.generate_or_sources().map_err(|(error, _)| error)
    }

    /// Like `generate`; on failure with the files that were read, so that a door can watch them.
    pub(crate) fn generate_or_sources(&self) -> Result<Output, (Error, Vec<PathBuf>)> {
        let Checked { schema, warnings, sources } = self.checked()?;
        Ok(Output::new(schema, self.settings.clone(), warnings, &sources))
    }

    /// The model of the schemas, without mistakes.
    pub(crate) fn checked(&self) -> Result<Checked, (Error, Vec<PathBuf>)> {
        let settings = Settings::new(&self.settings).map_err(|error| (error, Vec::new()))?;
        let mut findings = Findings::default();
        let mut input = read::read(&self.base, &self.schemas, &mut findings);
        let files: Vec<PathBuf> = input.sources.iter().map(|source| source.path.clone()).collect();
        // A file that is broken as a whole does not keep the others from being checked.
        let broken = findings.broken_files();
        input.documents.retain(|document| !broken.contains(&document.file));
        let mut others = Findings::default();
        let schema = model::build(&input, &mut others);
        check(&schema, &settings, &mut others);
        findings.extend_beside(&broken, others);
        let denied = self.deny_warnings && !findings.is_empty();
        if findings.has_errors() || denied {
            return Err((Error::new(findings.finish(&input.sources, self.deny_warnings)), files));
        }
        let warnings = findings.finish(&input.sources, false);
        Ok(Checked { schema, warnings, sources: input.sources })
    }

    /// Generates one file for a build script: `schemas.rs` for the folder `schemas`, to be taken in with
    /// `include!(concat!(env!("OUT_DIR"), "/schemas.rs"))`. Tells cargo which files to watch, and shows warnings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the schemas or the migrations; a file that cannot be written; no `OUT_DIR` outside of a build
    /// script.
    pub fn emit(&self) -> Result<(), Error> {
        println!("cargo::rerun-if-changed={}", self.base.join(&self.schemas).display());
        let (result, files) = match self.generate_or_sources() {
            Ok(output) => {
                let files = output.sources().to_vec();
                (Ok(output), files)
            }
            Err((error, files)) => (Err(error), files),
        };
        for file in files {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        let output = result?;
        for warning in output.warnings() {
            // Cargo shows one line a warning.
            for line in warning.to_string().lines() {
                println!("cargo::warning={line}");
            }
        }
        let folder = match &self.out_dir {
            Some(folder) => folder.clone(),
            None => env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| {
                Error::outside(
                    Code::Unwritable,
                    "there is no `OUT_DIR`",
                    "call `emit` from a build script, or set `out_dir`",
                )
            })?,
        };
        let file = folder.join(format!("{}.rs", self.stem()));
        let mut text = output.text();
        if let Some(folder) = &self.migrations {
            text.push_str(&self.migrations_text(folder)?);
        }
        fs::write(&file, text).map_err(|error| {
            let message = format!("`{}` cannot be written: {error}", file.display());
            Error::outside(Code::Unwritable, message, "")
        })
    }

    /// The code of `MIGRATIONS`; cargo watches the folder.
    fn migrations_text(&self, folder: &Path) -> Result<String, Error> {
        println!("cargo::rerun-if-changed={}", folder.display());
        let files = migrate::migrations(folder)?;
        // The code lies in a folder of cargo's, from where paths relative to the crate lead nowhere.
        let here = env::current_dir().unwrap_or_default();
        let files: Vec<MigrationFile> =
            files.into_iter().map(|file| MigrationFile { path: here.join(&file.path), ..file }).collect();
        let runtime = Settings::new(&self.settings)?.runtime;
        let tokens = migrate::constant(&runtime, &folder.to_string_lossy(), &files, &here);
        let file = syn::parse2(tokens).expect("generated code is Rust");
        Ok(format!("\n{}", prettyplease::unparse(&file)))
    }

    /// The last part of the schemas' path, without an ending.
    fn stem(&self) -> String {
        let name = self.schemas.file_stem().map(|name| name.to_string_lossy().into_owned());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "schemas".to_owned())
    }
}
