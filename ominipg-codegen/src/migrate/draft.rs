//! Writes the next migration.

use std::path::{Path, PathBuf};

use super::diff::{Diff, Options, diff};
use super::folder::migrations;
use super::snapshot::Snapshot;
use crate::build::Build;
use crate::diagnostic::{Code, Error, Finding};
use crate::emit::comment_line;
use crate::model::Schema;
use crate::shape::Shape;

/// Makes migrations of what has changed in a folder of schemas.
///
/// The folder of migrations has a file for each, and `snapshot.json`, which says what the tables are once all ran; all are to be
/// committed.
///
/// ```no_run
/// # fn main() -> Result<(), ominipg_codegen::Error> {
/// use ominipg_codegen::{Build, Migrate};
///
/// let made = Migrate::new(Build::new("schemas"), "migrations").name("add_nickname").write()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Migrate {
    build: Build,
    folder: PathBuf,
    name: Option<String>,
    by_hand: bool,
    options: Options,
}

/// A migration in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Draft {
    /// The name of its file without the ending.
    pub name: String,
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Its text.
    pub sql: String,
}

impl Migrate {
    /// Migrations of the schemas that `build` reads, in a folder that is made where it is missing.
    pub fn new(build: Build, folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref().to_path_buf();
        Self { build, folder, name: None, by_hand: false, options: Options::default() }
    }

    /// What the file is called behind its number, such as `add_nickname`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Lets the migration drop tables, columns and values of enums, and what is in them.
    pub fn allow_drop(mut self, allow: bool) -> Self {
        self.options.allow_drop = allow;
        self
    }

    /// How the values of a column become those of its new type: an SQL expression, such as `"age"::int4`.
    pub fn using(
        mut self,
        table: impl Into<String>,
        column: impl Into<String>,
        sql: impl Into<String>,
    ) -> Self {
        self.options.using.push((table.into(), column.into(), sql.into()));
        self
    }

    /// Leaves what no migration does by itself to whoever edits the file: there it stands as comments.
    pub fn by_hand(mut self, by_hand: bool) -> Self {
        self.by_hand = by_hand;
        self
    }

    /// The next migration, without writing it; `None` where the schemas are what the snapshot says.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the schemas and with the folder; steps that delete data or that no migration can make, each
    /// by its name.
    pub fn draft(&self) -> Result<Option<Draft>, Error> {
        Ok(self.drafted()?.map(|(draft, _)| draft))
    }

    /// Writes the next migration, and the snapshot with it; `None` where the schemas are what the snapshot says.
    ///
    /// # Errors
    ///
    /// As [`draft`](Self::draft), and where a file cannot be written.
    pub fn write(&self) -> Result<Option<Draft>, Error> {
        let Some((mut draft, shape)) = self.drafted()? else { return Ok(None) };
        let snapshot = Snapshot { migration: draft.name.clone(), schema: shape };
        draft.path = snapshot.write(&self.folder, &draft.sql)?;
        Ok(Some(draft))
    }

    fn drafted(&self) -> Result<Option<(Draft, Shape)>, Error> {
        let schema = self.build.checked().map_err(|(error, _)| error)?.schema;
        let before = Snapshot::read(&self.folder)?;
        let files = if self.folder.exists() { migrations(&self.folder)? } else { Vec::new() };
        if let Some(before) = &before
            && !files.iter().any(|file| file.name == before.migration)
        {
            let message =
                format!("`{}.sql` is missing, which the snapshot was written with", before.migration);
            let help = "bring the file back from version control: the next migration builds on it";
            return Err(Error::outside(Code::BadMigrations, message, help));
        }
        let is_first = before.is_none();
        let old = before.map_or_else(Shape::empty, |before| before.schema);
        let new = Shape::of(&schema);
        let found = diff(&old, &new, &was(&schema), &self.options);
        let is_same = found.steps.is_empty() && found.refused.is_empty() && found.destructive.is_empty();
        if is_same && !is_first {
            return Ok(None);
        }
        let number = files.last().map_or(0, |file| file.number) + 1;
        let word = match &self.name {
            Some(name) => checked_name(name)?,
            None if is_first => "init",
            None => "changes",
        };
        let name = format!("{number:04}_{word}");
        let sql = self.text(&name, found)?;
        let path = self.folder.join(format!("{name}.sql"));
        Ok(Some((Draft { name, path, sql }, new)))
    }

    /// The file's text, unless something stands against it.
    fn text(&self, name: &str, found: Diff) -> Result<String, Error> {
        let mut sql =
            format!("-- {name}: made by ominipg-codegen. Until it has run somewhere, it may be edited.\n\n");
        if self.by_hand {
            for refused in found.destructive.iter().chain(&found.refused) {
                sql.push_str(&comment_line(&format!("To do by hand: {}", refused.message)));
                sql.push('\n');
            }
            if found.destructive.len() + found.refused.len() > 0 {
                sql.push('\n');
            }
        } else {
            let mut findings: Vec<Finding> = found.refused;
            findings.extend(found.destructive);
            if !findings.is_empty() {
                return Err(Error::outside_each(findings));
            }
        }
        for step in found.steps {
            sql.push_str(&step);
            sql.push_str(if step.starts_with("--") { "\n" } else { ";\n\n" });
        }
        Ok(format!("{}\n", sql.trim_end()))
    }
}

/// What the tables and columns were called before: the table of today, its column if it is one, and the name.
fn was(schema: &Schema) -> Vec<(String, Option<String>, String)> {
    let mut out = Vec::new();
    for table in &schema.tables {
        out.extend(table.was.iter().map(|was| (table.name.clone(), None, was.name.clone())));
        for column in &table.columns {
            let was = column.was.iter();
            out.extend(was.map(|was| (table.name.clone(), Some(column.name.clone()), was.name.clone())));
        }
    }
    out
}

fn checked_name(name: &str) -> Result<&str, Error> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.len() <= 60 && name.chars().all(fits) {
        return Ok(name);
    }
    let message = format!("`{name}` cannot be the name of a migration");
    let help = "use small letters, digits and `_`, as in `add_nickname`";
    Err(Error::outside(Code::BadSetting, message, help))
}
