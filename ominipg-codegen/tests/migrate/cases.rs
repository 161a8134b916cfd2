//! The golden cases, written and run.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::place::{Place, catalog, create, open};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("there are cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 12, "the cases are there");
    cases
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("the case has schemas");
    let mut files: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a schema is read"))
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn each_change_gives_its_file_and_its_tables() {
    for case in cases() {
        let name = case.display();
        let place = Place::new();
        place.schemas(&files(&case.join("before")));
        place.migrate().write().unwrap_or_else(|error| panic!("{name}\n{error}")).expect("the first one");
        place.schemas(&files(&case.join("after")));
        let mut migrate = place.migrate().name("step").allow_drop(case.join("drops").exists());
        if let Ok(using) = fs::read_to_string(case.join("using")) {
            let parts: Vec<&str> = using.trim().splitn(3, ' ').collect();
            migrate = migrate.using(parts[0], parts[1], parts[2]);
        }
        let draft = migrate.write().unwrap_or_else(|error| panic!("{name}\n{error}")).expect("a change");
        let kept = case.join("expected.sql");
        if env::var_os("OMINIPG_UPDATE").is_some() {
            fs::write(&kept, &draft.sql).expect("a file is written");
        }
        assert_eq!(fs::read_to_string(&kept).unwrap_or_default(), draft.sql, "{name}");
        assert_eq!(place.migrate().draft().expect("the schemas are right"), None, "{name}: nothing is left");

        let db = open().await;
        let all = place.all();
        let rows = fs::read_to_string(case.join("rows.sql")).unwrap_or_default();
        if !rows.is_empty() {
            let first = all.iter().take(1).cloned().collect();
            db.migrate(&ominipg_runtime::Migrations::from_vec(first)).await.expect("the first one runs");
            db.batch_execute(&rows).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        db.migrate(&all).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let schema = place.schema();
        db.verify_schema(&schema).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(catalog(&db).await, catalog(&create(&schema).await).await, "{name}");
        let wanted = fs::read_to_string(case.join("after.sql")).unwrap_or_default();
        if !wanted.is_empty() {
            let row = db.query_one(&wanted, &[]).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(row.get::<_, bool>(0), "{name}: the rows are not what they should be");
        }
    }
}
