//! Migrations as a program has them, and databases compared with their schema.

mod order;
mod place;
mod running;
mod verifying;

ominipg::ominipg_migrations!("tests/migrations/migrations");

/// The table `notes`, as it is once all migrations ran.
mod notes {
    ominipg::ominipg_schema!("tests/migrations/schemas");
}
