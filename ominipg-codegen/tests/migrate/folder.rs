//! The folder: its names, its snapshot, and what an interrupted run leaves.

use std::fs;
use std::path::Path;

use ominipg_codegen::{Code, migrations};

use crate::place::Place;

const USERS: &str =
    r#"{ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } }"#;
const MORE: &str = r#"{ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" }, "name": { "type": "string" } } }"#;

#[test]
fn files_are_numbered_and_the_snapshot_follows() {
    let place = Place::new();
    let first = place.users(USERS).migrate().write().expect("it is written").expect("the first one");
    assert_eq!(first.name, "0001_init");
    let snapshot = fs::read_to_string(place.migrations().join("snapshot.json")).expect("there is one");
    assert!(
        snapshot.contains("\"migration\": \"0001_init\"") && snapshot.contains("\"type\": \"int8\""),
        "{snapshot}"
    );
    let second = place.users(MORE).migrate().name("add_name").write().expect("it is written").expect("one");
    assert_eq!(second.name, "0002_add_name");
    assert!(second.sql.ends_with("ALTER TABLE \"users\" ADD COLUMN \"name\" text;\n"), "{}", second.sql);
    let mut left: Vec<String> = fs::read_dir(place.migrations())
        .expect("it is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["0001_init.sql", "0002_add_name.sql", "snapshot.json"]);
    let error = place.users(USERS).migrate().allow_drop(true).name("Add Name").draft().expect_err("no name");
    assert_eq!(error.diagnostics()[0].code, Code::BadSetting);
}

#[test]
fn an_interrupted_run_is_finished_or_forgotten() {
    let place = Place::new();
    place.users(USERS).migrate().write().expect("it is written");
    let before = fs::read_to_string(place.migrations().join("snapshot.json")).expect("there is one");
    place.users(MORE).migrate().write().expect("it is written");
    let folder = place.migrations();
    // As if the last rename had not come to pass.
    fs::rename(folder.join("snapshot.json"), folder.join("snapshot.json.new")).expect("it is renamed");
    fs::write(folder.join("snapshot.json"), before).expect("it is written");
    assert_eq!(place.migrate().draft().expect("it goes on"), None);
    assert!(!folder.join("snapshot.json.new").exists());
    // As if the migration had not been written.
    let snapshot = fs::read_to_string(folder.join("snapshot.json")).expect("there is one");
    fs::write(folder.join("snapshot.json.new"), snapshot.replace("0002_changes", "0003_changes"))
        .expect("it is written");
    assert_eq!(place.migrate().draft().expect("it goes on"), None);
}

#[test]
fn what_is_out_of_order_is_named() {
    let place = Place::new();
    place.users(USERS).migrate().write().expect("it is written");
    let folder = place.migrations();
    for name in ["0002_a.sql", "0002_b.sql", "0004_c.sql", "late.sql", "notes.txt"] {
        fs::write(folder.join(name), "").expect("it is written");
    }
    let error = migrations(&folder).expect_err("they are not in order");
    assert!(error.diagnostics().iter().all(|found| found.code == Code::BadMigrations));
    let text = error.to_string();
    for part in [
        "`0002_a.sql` and `0002_b.sql` have the same number",
        "number 3 is missing before `0004_c.sql`",
        "`late.sql` has no number",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("notes"), "{text}");
}

#[test]
fn a_snapshot_that_is_none_is_named() {
    let place = Place::new();
    place.users(USERS).migrate().write().expect("it is written");
    let snapshot = place.migrations().join("snapshot.json");
    for text in [
        "<<<<<<<",
        "{}",
        "{ \"migration\": \"0001_init\", \"schema\": { \"version\": 9, \"types\": [], \"tables\": [] } }",
    ] {
        fs::write(&snapshot, text).expect("it is written");
        let error = place.migrate().draft().expect_err("it is no snapshot");
        assert_eq!(error.diagnostics()[0].code, Code::BadMigrations, "{error}");
        assert!(
            error.to_string().contains("snapshot.json") && error.to_string().contains("version control"),
            "{error}"
        );
    }
}

#[test]
fn a_migration_that_the_snapshot_needs_is_missed() {
    let place = Place::new();
    place.users(USERS).migrate().write().expect("it is written");
    fs::remove_file(place.migrations().join("0001_init.sql")).expect("it is there");
    let error = place.migrate().draft().expect_err("it is missing");
    assert!(error.to_string().contains("`0001_init.sql` is missing"), "{error}");
}

#[test]
fn the_macro_names_what_is_wrong_at_its_call() {
    let expand =
        |input| ominipg_codegen::expand_migrations(input, Path::new(env!("CARGO_MANIFEST_DIR"))).to_string();
    let good = expand(quote::quote!("../tests/migrations/migrations"));
    assert!(good.contains("pub static MIGRATIONS : :: ominipg :: Migrations"), "{good}");
    assert!(good.contains("of (2i64 , \"0002_kinds\""), "{good}");
    let elsewhere = expand(quote::quote!("../tests/migrations/migrations", runtime = ::other));
    assert!(elsewhere.contains(":: other :: Migrations"), "{elsewhere}");
    for (input, told) in [
        (quote::quote!(), "name a folder of migrations"),
        (quote::quote!("nowhere"), "cannot be read"),
        (quote::quote!("tests", derive = [Eq]), "`derive` is no setting of `ominipg_migrations!`"),
    ] {
        let bad = expand(input);
        assert!(bad.contains("compile_error") && bad.contains(told), "{told}: {bad}");
    }
}
