//! The files of a folder of migrations: `0001_init.sql`, `0002_add_nickname.sql` and so on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Error, Finding};

/// A file of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// Its number, from 1.
    pub number: i64,
    /// Its name without the ending, such as `0002_add_nickname`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its statements.
    pub sql: String,
}

/// Reads the migrations of a folder, in their order; other files than those that end with `.sql` are not looked at.
///
/// # Errors
///
/// A folder that cannot be read; names without a number; a number that is there twice, or missing.
pub fn migrations(folder: impl AsRef<Path>) -> Result<Vec<MigrationFile>, Error> {
    let folder = folder.as_ref();
    let unreadable = |path: &Path, error: std::io::Error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Error::outside(Code::Unreadable, message, "`ominipg-codegen migrate diff` makes the folder")
    };
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_none_or(|ending| ending != "sql") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match number(&name) {
            Some(number) => {
                let sql = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
                files.push(MigrationFile { number, name, path, sql });
            }
            None => problems.push(format!("`{name}.sql` has no number in its name, as `0001_init.sql` has")),
        }
    }
    files.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
    for (index, file) in files.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &files[before]);
        match before {
            Some(before) if before.number == file.number => problems.push(format!(
                "`{}.sql` and `{}.sql` have the same number: give the one that ran nowhere yet the next free one",
                before.name, file.name
            )),
            _ => {
                let expected = before.map_or(0, |before| before.number) + 1;
                if file.number != expected {
                    problems.push(format!("number {expected} is missing before `{}.sql`", file.name));
                }
            }
        }
    }
    if problems.is_empty() {
        return Ok(files);
    }
    problems.sort();
    let shown = folder.to_string_lossy().replace('\\', "/");
    let finding = |problem| {
        let message = format!("the migrations in `{shown}` are not in order: {problem}");
        Finding::new(Code::BadMigrations, None, message)
    };
    Err(Error::outside_each(problems.into_iter().map(finding).collect()))
}

fn number(name: &str) -> Option<i64> {
    let (digits, rest) = name.split_once('_')?;
    let whole = !rest.is_empty() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| whole && *number > 0)
}
