//! What is refused, by name and with a way out.

use ominipg_codegen::{Code, Error};

use crate::place::Place;

const BEFORE: &str = r#"{ "type": "object", "required": ["id", "mood"], "properties": { "id": { "type": "integer" }, "name": { "type": "string" }, "age": { "type": "string" }, "mood": { "enum": ["good", "bad"], "x-ominipg": { "type": "mood" } } } }"#;

fn place() -> Place {
    let place = Place::new();
    place.users(BEFORE).migrate().write().expect("the first one").expect("there is one");
    place
}

fn codes(error: &Error) -> Vec<Code> {
    error.diagnostics().iter().map(|found| found.code).collect()
}

#[test]
fn each_step_that_deletes_is_named() {
    let place = place();
    let after = r#"{ "type": "object", "required": ["id", "mood"], "properties": { "id": { "type": "integer" }, "name": { "type": "string" }, "mood": { "enum": ["good"], "x-ominipg": { "type": "mood" } } } }"#;
    let error = place.users(after).migrate().write().expect_err("it deletes");
    assert_eq!(codes(&error), [Code::Destructive; 2]);
    let text = error.to_string();
    assert!(
        text.contains("the column `users.age`")
            && text.contains("--allow-drop")
            && text.contains("\"was\": \"age\""),
        "{text}"
    );
    assert!(text.contains("the enum `mood` loses bad"), "{text}");
    assert!(place.migrate().allow_drop(true).draft().is_ok());

    place.schemas(&[("others.json".to_owned(), BEFORE.to_owned())]);
    let error = place.migrate().write().expect_err("it deletes");
    assert_eq!(codes(&error), [Code::Destructive]);
    assert!(error.to_string().contains("the table `users`"), "{error}");
}

#[test]
fn each_change_that_no_step_makes_is_named() {
    let place = place();
    let after = r#"{ "type": "object", "required": ["id", "mood", "nick"], "properties": { "id": { "type": "integer" }, "name": { "type": "string" }, "age": { "type": "integer" }, "nick": { "type": "string" }, "mood": { "enum": ["good", "bad"], "x-ominipg": { "type": "mood" } } } }"#;
    let error = place.users(after).migrate().write().expect_err("no step makes it");
    assert_eq!(codes(&error), [Code::NoMigration; 2]);
    let text = error.to_string();
    assert!(
        text.contains("`users.age` is text and becomes int8") && text.contains("--using 'users.age=SQL'"),
        "{text}"
    );
    assert!(text.contains("`users.nick` is required") && text.contains("give it a `default`"), "{text}");

    let draft = place.migrate().by_hand(true).write().expect("it is left to the user").expect("there is one");
    assert!(draft.sql.contains("-- To do by hand: `users.age` is text and becomes int8"), "{}", draft.sql);
    assert_eq!(place.migrate().draft().expect("the schemas are right"), None);
}
