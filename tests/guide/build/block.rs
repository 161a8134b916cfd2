/// What becomes of a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Statements that are run, with an open database `db`.
    Run,
    /// The same, but only compiled: what they speak to is not there.
    NoRun,
    /// Items, such as functions, in a module of their own.
    Items,
}

impl Kind {
    /// Reads what stands behind the backticks; `None` where it is no Rust.
    pub fn read(info: &str) -> Result<Option<Self>, String> {
        match info {
            "rust" => Ok(Some(Self::Run)),
            "rust,no_run" => Ok(Some(Self::NoRun)),
            "rust,item" => Ok(Some(Self::Items)),
            info if info.starts_with("rust") => {
                Err(format!("`{info}` is unknown: write `rust`, `rust,no_run` or `rust,item`"))
            }
            _ => Ok(None),
        }
    }
}

/// A block of a chapter.
pub struct Block {
    pub kind: Kind,
    /// The lines of its backticks, counted from 1.
    pub begin: usize,
    pub end: usize,
    /// What stands before it in comments, and is not shown: `<!-- given: let id = 1; -->`.
    pub given: String,
}

impl Block {
    /// The name of its function or module.
    pub fn name(&self) -> String {
        format!("line_{}", self.begin)
    }

    /// What its first backticks become.
    pub fn head(&self) -> String {
        let (name, given) = (self.name(), &self.given);
        match self.kind {
            Kind::Run | Kind::NoRun => format!(
                "#[allow(unused)] pub(crate) async fn {name}(db: Ominipg) -> Result<(), Box<dyn std::error::Error>> {{ {given} "
            ),
            Kind::Items => format!("#[allow(unused)] mod {name} {{ use crate::prelude::*; {given} "),
        }
    }

    /// What its last become.
    pub fn tail(&self) -> &'static str {
        match self.kind {
            Kind::Run | Kind::NoRun => "; Ok(()) }",
            Kind::Items => "}",
        }
    }
}
