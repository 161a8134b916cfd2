//! Migrations that are not those that a database knows.

use ominipg::{ErrorKind, Migration, Migrations};

use crate::place::{memory, migrations};

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_runs() {
    let db = memory().await;
    let ran = migrations(&[("0001_a", "SELECT 1"), ("0002_b", "SELECT 2"), ("0003_c", "SELECT 3")]);
    db.migrate(&ran).await.expect("they run");

    let edited = migrations(&[
        ("0001_a", "SELECT 1"),
        ("0002_b", "SELECT 22"),
        ("0003_c", "SELECT 3"),
        ("0004_d", "SELECT 4"),
    ]);
    let renamed = migrations(&[("0001_a", "SELECT 1"), ("0002_x", "SELECT 2"), ("0003_c", "SELECT 3")]);
    let missing = Migrations::from_vec(ran.iter().filter(|one| one.number != 2).cloned().collect());
    let mut twice: Vec<Migration> = ran.iter().cloned().collect();
    twice.push(Migration { number: 3, name: "0003_other".into(), sql: "SELECT 0".into() });
    for (all, told) in [
        (edited, "0002_b was edited after it ran here"),
        (renamed, "0002_b ran here, and its number is that of 0002_x now"),
        (missing, "0002_b ran here and is missing now"),
        (Migrations::from_vec(twice), "0003_c and 0003_other have the same number"),
    ] {
        let error = db.migrate(&all).await.expect_err(told);
        assert_eq!(error.kind(), ErrorKind::Migration, "{error}");
        assert!(error.to_string().contains(told), "{told}: {error}");
        let status = db.migration_status(&all).await.expect("it is told");
        assert!(status.problems.iter().any(|problem| problem.contains(told)), "{:?}", status.problems);
    }
    assert_eq!(db.migration_status(&ran).await.expect("it is told").applied.len(), 3);
}

#[tokio::test]
async fn one_that_comes_late_is_named() {
    let db = memory().await;
    let all = migrations(&[("0001_a", "SELECT 1"), ("0002_b", "SELECT 2"), ("0003_c", "SELECT 3")]);
    let without = Migrations::from_vec(all.iter().filter(|one| one.number != 2).cloned().collect());
    db.migrate(&without).await.expect("they run");
    let error = db.migrate(&all).await.expect_err("it comes late");
    assert!(error.to_string().contains("0002_b did not run here, but a later one did"), "{error}");
}
