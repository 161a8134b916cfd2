//! The command that draws the tables.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ominipg_codegen::{Build, DiagramFormat};

/// The command `diagram`.
#[derive(Debug, Args)]
pub(super) struct Diagram {
    /// A folder of JSON Schemas, or one file.
    schemas: PathBuf,
    /// What is written.
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
    /// The file to write; it is printed where there is none.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Text that many sites and editors show as a picture.
    Mermaid,
    /// A picture.
    Svg,
}

impl Diagram {
    pub(super) fn run(self) -> Result<(), String> {
        let format = match self.format {
            Format::Mermaid => DiagramFormat::Mermaid,
            Format::Svg => DiagramFormat::Svg,
        };
        let diagram = Build::new(&self.schemas).diagram(format).map_err(|error| error.to_string())?;
        let Some(out) = self.out else {
            return match io::stdout().write_all(diagram.as_bytes()) {
                // Who reads, as `head` does, may have read enough.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("error: {error}")),
                _ => Ok(()),
            };
        };
        fs::write(&out, diagram)
            .map_err(|error| format!("error: cannot write {}: {error}", out.display()))?;
        println!("wrote {}", out.display());
        Ok(())
    }
}
