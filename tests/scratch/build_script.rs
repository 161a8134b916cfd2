//! `Build::emit` in a build script.

use crate::project::{Project, USERS};

fn project(name: &str) -> Project {
    let project = Project::new(name, &[("ominipg", "ominipg"), ("ominipg_codegen", "ominipg_codegen")]);
    project.write(
        "build.rs",
        "fn main() -> Result<(), ominipg_codegen::Error> {\n    ominipg_codegen::Build::new(\"schemas\").emit()\n}\n",
    );
    project.write("src/lib.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/schemas.rs\"));\n");
    project.write_manifest();
    project.write_schemas();
    project
}

#[test]
fn what_mattered_builds_again_and_nothing_else() {
    let project = project("build");
    project.expect(true, "the first build");
    project.expect(false, "nothing has changed");
    project.write("README.md", "nothing to the schemas");
    project.expect(false, "a file that does not matter");
    project.write("schemas/users.json", &USERS.replace("\"integer\"", "\"string\""));
    project.expect(true, "a schema has changed");
    project.write("shared/common.json", r#"{ "$defs": { "name": { "type": "string" } } }"#);
    project.expect(true, "a file that a `$ref` leads to has changed");
    project.write("schemas/posts.json", USERS);
    project.write(
        "src/lib.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/schemas.rs\"));\npub use posts::find;\n",
    );
    project.expect(true, "a new file");
    project.expect(false, "nothing has changed since");
    project.write("src/lib.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/schemas.rs\"));\n");
    project.remove("schemas/posts.json");
    project.expect(true, "a file is gone");
    project.expect(false, "nothing has changed in the end");
}

#[test]
fn a_new_file_alone_is_seen() {
    let project = project("new-file");
    project.expect(true, "the first build");
    project.write("schemas/posts.json", USERS);
    project.expect(true, "a new file");
}

#[test]
fn mistakes_are_shown_once_and_whole() {
    let project = project("mistakes");
    project.write("schemas/users.json", &USERS.replace("\"id\": {", "\"key\": {"));
    let checked = project.check("");
    assert!(!checked.succeeded);
    let report = "error[OMI010]: the table `users` has no key\n   --> schemas/users.json:1:1\n";
    let shown: String = checked.stderr.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    for line in report.lines() {
        assert_eq!(shown.matches(line.trim_start()).count(), 1, "{line}\n{}", checked.stderr);
    }
    assert!(shown.contains("1 | {\n| ^ no property `id`, and no `keys`\n"), "{}", checked.stderr);

    project.write("schemas/users.json", &USERS.replace("\"maxLength\"", "\"maxLenght\""));
    project.write("shared/common.json", r#"{ "$defs": { "name": { "type": "string", "maxLenght": 80 } } }"#);
    let checked = project.check("");
    assert!(checked.succeeded, "{}", checked.stderr);
    let warning = "warning: scratch@0.1.0: warning[OMI032]: the keyword `maxLenght` is not known\n";
    assert_eq!(checked.stderr.matches(warning).count(), 1, "{}", checked.stderr);
    assert!(
        checked.stderr.contains("warning: scratch@0.1.0:   = help: do you mean `maxLength`?\n"),
        "{}",
        checked.stderr
    );
}

#[test]
fn migrations_are_watched_too() {
    let project = project("migrations");
    project.write(
        "build.rs",
        "fn main() -> Result<(), ominipg_codegen::Error> {\n    \
         ominipg_codegen::Build::new(\"schemas\").migrations(\"migrations\").emit()\n}\n",
    );
    project.write(
        "src/lib.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/schemas.rs\"));\n\
         pub fn all() -> &'static ominipg::Migrations { &MIGRATIONS }\n",
    );
    project.write("migrations/0001_init.sql", "CREATE TABLE users (id int8 PRIMARY KEY);");
    project.expect(true, "the first build");
    project.expect(false, "nothing has changed");
    project.write("migrations/0002_more.sql", "CREATE TABLE posts (id int8 PRIMARY KEY);");
    project.expect(true, "a new migration");
    project.write("migrations/0002_more.sql", "CREATE TABLE posts (id int4 PRIMARY KEY);");
    project.expect(true, "a migration has changed");
    project.expect(false, "nothing has changed since");
    project.remove("migrations/0001_init.sql");
    let checked = project.check("");
    assert!(!checked.succeeded);
    assert!(checked.stderr.contains("number 1 is missing before `0002_more.sql`"), "{}", checked.stderr);
}
