//! The commands, on a folder and on a server.

use std::fs;
use std::process::{Command, Output};

use ominipg_runtime::Ominipg;
use ominipg_test_support::database;

use crate::place::Place;

const USERS: &str =
    r#"{ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } }"#;
const MORE: &str = r#"{ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" }, "name": { "type": "string" } } }"#;

fn cli(place: &Place, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"));
    command.current_dir(&place.0).arg("migrate").args(arguments).output().expect("the program runs")
}

fn run(place: &Place, arguments: &[&str]) -> String {
    let output = cli(place, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

fn refused(place: &Place, arguments: &[&str]) -> String {
    let output = cli(place, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("it is UTF-8")
}

fn through(place: &Place, url: &str) {
    place.users(USERS);
    assert!(run(place, &["diff", "schemas"]).contains("0001_init.sql"));
    assert!(run(place, &["diff", "schemas", "--check"]).contains("already"));
    assert_eq!(run(place, &["up", url]), "ran 0001_init\n");
    place.users(MORE);
    let missing = refused(place, &["diff", "schemas", "--check"]);
    assert!(missing.contains("ADD COLUMN \"name\" text"), "{missing}");
    run(place, &["diff", "schemas", "--name", "add_name"]);
    let status = run(place, &["status", url]);
    assert!(
        status.contains("ran      0001_init at ") && status.contains("pending  0002_add_name"),
        "{status}"
    );
    assert_eq!(run(place, &["up", url]), "ran 0002_add_name\n");
    assert_eq!(run(place, &["up", url]), "there was nothing to run\n");

    let file = place.migrations().join("0001_init.sql");
    let text = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, text.replace('\n', "\r\n")).expect("it is written");
    assert_eq!(run(place, &["up", url]), "there was nothing to run\n", "line ends mean nothing");
    fs::write(&file, format!("{text}-- edited\n")).expect("it is written");
    let edited = refused(place, &["up", url]);
    assert!(edited.contains("0001_init was edited after it ran here"), "{edited}");
    assert!(refused(place, &["status", url]).contains("0001_init was edited"));
    fs::write(&file, text).expect("it is written");
}

#[test]
fn a_folder_is_migrated() {
    let place = Place::new();
    let url = format!("file://{}", place.0.join("data").display());
    through(&place, &url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_migrated() {
    let place = Place::new();
    let url = database().await;
    tokio::task::block_in_place(|| through(&place, &url));
}

#[tokio::test]
async fn a_database_of_before_is_adopted() {
    let place = Place::new();
    let folder = format!("file://{}", place.0.join("data").display());
    let db = Ominipg::connect(folder.as_str()).await.expect("it opens");
    db.batch_execute("CREATE TABLE users (id int8 PRIMARY KEY)").await.expect("it is made");
    db.close().await.expect("it closes");
    place.users(USERS);
    run(&place, &["diff", "schemas"]);
    assert!(refused(&place, &["up", &folder]).contains("already exists"));
    assert_eq!(run(&place, &["up", &folder, "--adopt", "1"]), "noted 0001_init\nthere was nothing to run\n");
}
