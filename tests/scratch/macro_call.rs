//! `ominipg_schema!` in a crate.

use crate::project::{Project, USERS};

const ROOT: &str = "//! Tables.\n\nominipg_macros::ominipg_schema!(\"schemas\");\n";

fn project(name: &str) -> Project {
    let project = Project::new(name, &[("ominipg", "ominipg"), ("ominipg_macros", "ominipg_macros")]);
    project.write("src/lib.rs", ROOT);
    project.write_manifest();
    project.write_schemas();
    project
}

#[test]
fn what_was_read_builds_again_and_nothing_else() {
    let project = project("macro");
    project.expect(true, "the first build");
    project.expect(false, "nothing has changed");
    project.write("schemas/users.json", &USERS.replace("\"integer\"", "\"string\""));
    project.expect(true, "a schema has changed");
    project.write("shared/common.json", r#"{ "$defs": { "name": { "type": "string" } } }"#);
    project.expect(true, "a file that a `$ref` leads to has changed");
    // A macro cannot watch a folder: its documentation says so, and names the way out.
    project.write("schemas/posts.json", USERS);
    project.expect(false, "a new file is not seen");
    project.write("src/lib.rs", &format!("{ROOT}pub use posts::find;\n"));
    project.expect(true, "the file with the macro is saved");
    project.expect(false, "nothing has changed in the end");
}

#[test]
fn mistakes_are_shown_once_at_the_call() {
    let project = project("macro-mistakes");
    project.write("schemas/users.json", &USERS.replace("\"id\": {", "\"key\": {"));
    let checked = project.check("");
    assert!(!checked.succeeded);
    let [(text, line), rest @ ..] = checked.errors.as_slice() else { panic!("{}", checked.stderr) };
    assert_eq!(*line, 3);
    assert!(
        text.starts_with("the schemas have problems\n\nerror[OMI010]: the table `users` has no key\n"),
        "{text}"
    );
    assert!(text.contains(" --> schemas/users.json:1:1\n"), "{text}");
    // What cargo says at the end has no place.
    assert!(rest.iter().all(|(text, line)| *line == 0 && text.starts_with("aborting")), "{rest:?}");
    project.write("schemas/users.json", USERS);
    project.expect(true, "the schema is put right");
}
