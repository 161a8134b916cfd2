//! Each folder of `golden` gives the code, the SQL and the warnings that are kept beside it.
//!
//! `OMINIPG_UPDATE=1` writes what is given today. The code is compiled by the workspace's test `generated`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ominipg_codegen::{Build, Output};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 20, "the golden cases are there");
    cases
}

/// Some cases have the schemas that the workspace's own tests and examples use.
fn schemas(case: &Path) -> PathBuf {
    let own = case.join("schemas");
    if own.exists() {
        own
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(case.file_name().unwrap())
    }
}

fn generate(case: &Path) -> Output {
    Build::new(schemas(case)).generate().unwrap_or_else(|error| panic!("{}\n{error}", case.display()))
}

fn expect(path: &Path, found: &str) {
    if env::var_os("OMINIPG_UPDATE").is_some() {
        fs::write(path, found).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(kept == found, "{} has changed; look at it with OMINIPG_UPDATE=1 and git diff", path.display());
}

#[test]
fn output_is_what_is_kept() {
    for case in cases() {
        let output = generate(&case);
        let out = case.join("out");
        if env::var_os("OMINIPG_UPDATE").is_some() {
            fs::create_dir_all(&out).unwrap();
            output.write(&out).unwrap();
        }
        let mut names: Vec<String> = fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut wanted: Vec<String> = output.files().into_iter().map(|file| file.name).collect();
        wanted.sort();
        assert_eq!(names, wanted, "{}", case.display());
        for file in output.files() {
            expect(&out.join(&file.name), &file.text);
        }
        expect(
            &case.join("ddl.sql"),
            &output.ddl().iter().map(|sql| format!("{sql};\n\n")).collect::<String>(),
        );
        let folder = case.display().to_string();
        let warnings: Vec<String> =
            output.warnings().iter().map(|warning| warning.to_string().replace(&folder, "")).collect();
        expect(&case.join("warnings.txt"), &warnings.join("\n"));
        output.check(&out).unwrap();
    }
}

/// The parts that differ from run to run would be seen here: maps without an order, times, paths.
#[test]
fn output_is_the_same_each_time_and_everywhere() {
    let elsewhere = env::temp_dir().join(format!("ominipg-golden-{}", std::process::id()));
    for case in cases() {
        fs::create_dir_all(&elsewhere).unwrap();
        for entry in fs::read_dir(schemas(&case)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), elsewhere.join(entry.file_name())).unwrap();
        }
        let moved = Build::new(&elsewhere).generate().unwrap();
        assert_eq!(moved.files(), generate(&case).files());
        fs::remove_dir_all(&elsewhere).unwrap();
    }
}

#[test]
fn output_names_no_path_of_this_machine() {
    for case in cases() {
        for file in generate(&case).files() {
            assert!(!file.text.contains(env!("CARGO_MANIFEST_DIR")), "{}", file.name);
        }
    }
}

#[test]
fn there_are_many_schemas() {
    let of_case = |case: PathBuf| {
        let files = fs::read_dir(schemas(&case)).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|end| end == "json")).count()
    };
    assert!(cases().into_iter().map(of_case).sum::<usize>() >= 40);
}
