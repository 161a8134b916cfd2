//! A PostgreSQL server for tests: the one that `OMINIPG_TEST_PG` names, else one that is started from the `initdb` and
//! `postgres` of this machine, in a temporary folder, for as long as the tests run.

mod binaries;
mod database;
mod local;

pub use self::database::{database, server_certificate, server_url};
