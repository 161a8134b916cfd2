//! Databases that have nothing yet.

use ominipg::{Migration, Migrations, Ominipg};
use ominipg_test_support::database;

pub(crate) async fn memory() -> Ominipg {
    Ominipg::connect(":memory:").await.expect("it opens")
}

pub(crate) async fn server() -> Ominipg {
    Ominipg::connect(database().await).await.expect("it opens")
}

/// Migrations of these names and texts, numbered from 1.
pub(crate) fn migrations(all: &[(&str, &str)]) -> Migrations {
    let one = |(index, (name, sql)): (usize, &(&str, &str))| Migration {
        number: index as i64 + 1,
        name: (*name).to_owned().into(),
        sql: (*sql).to_owned().into(),
    };
    Migrations::from_vec(all.iter().enumerate().map(one).collect())
}

pub(crate) async fn count(db: &Ominipg, sql: &str) -> i64 {
    db.query_one(sql, &[]).await.expect("a query").get(0)
}
