//! Whether the migrations of a program and those that ran fit together.

use super::migration::{Migration, Migrations};
use super::status::AppliedMigration;
use crate::error::{Error, ErrorKind};

/// The migrations that are still to run.
pub(super) fn pending<'a>(
    migrations: &'a Migrations,
    applied: &[AppliedMigration],
) -> Result<Vec<&'a Migration>, Error> {
    let problems = problems(migrations, applied);
    if !problems.is_empty() {
        let message =
            format!("the migrations are not those that this database knows:\n  {}", problems.join("\n  "));
        return Err(Error::new(ErrorKind::Migration, message));
    }
    let is_new = |migration: &&Migration| !applied.iter().any(|ran| ran.number == migration.number);
    Ok(migrations.iter().filter(is_new).collect())
}

/// What does not fit, a sentence each.
pub(super) fn problems(migrations: &Migrations, applied: &[AppliedMigration]) -> Vec<String> {
    let mut out = Vec::new();
    let mut before: Option<&Migration> = None;
    for migration in migrations.iter() {
        if let Some(before) = before.filter(|before| before.number >= migration.number) {
            out.push(format!(
                "{} and {} have the same number or the wrong order: number them anew",
                before.name, migration.name
            ));
        }
        before = Some(migration);
    }
    for ran in applied {
        match migrations.iter().find(|migration| migration.number == ran.number) {
            None => out.push(format!("{} ran here and is missing now: bring the file back", ran.name)),
            Some(migration) if migration.name != ran.name => {
                out.push(format!("{} ran here, and its number is that of {} now", ran.name, migration.name));
            }
            Some(migration) if migration.checksum() != ran.checksum => {
                out.push(format!(
                    "{} was edited after it ran here: undo that, and say what is new in a migration of its own",
                    ran.name
                ));
            }
            Some(_) => {}
        }
    }
    let last = applied.iter().map(|ran| ran.number).max().unwrap_or_default();
    for migration in migrations.iter().filter(|migration| migration.number < last) {
        if !applied.iter().any(|ran| ran.number == migration.number) {
            out.push(format!(
                "{} did not run here, but a later one did: give it the next free number",
                migration.name
            ));
        }
    }
    out
}
