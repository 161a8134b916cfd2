//! Databases for tests.

use ominipg_runtime::{ConnectOptions, Ominipg};
use ominipg_test_support::database;

/// A new database with the tables of the blog, reached directly.
pub(crate) async fn blog_database() -> Ominipg {
    let options = ConnectOptions::new(database().await).schema(&crate::blog::SCHEMA).create_tables(true);
    Ominipg::connect(options.max_connections(4)).await.unwrap()
}
