//! Migrations: what is written for a change of schemas, what is refused, and that what ran gives what the schemas say.
//!
//! `migrations` has a folder for each case: schemas `before` and `after`, and the file that leads from one to the other;
//! `OMINIPG_UPDATE=1` writes what is given today.

#[path = "migrate/cases.rs"]
mod cases;
#[path = "migrate/commands.rs"]
mod commands;
#[path = "migrate/folder.rs"]
mod folder;
#[path = "migrate/place.rs"]
mod place;
#[path = "migrate/random.rs"]
mod random;
#[path = "migrate/refusals.rs"]
mod refusals;
