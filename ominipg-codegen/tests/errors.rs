//! Each folder of `errors` gives the report that is kept beside it; `OMINIPG_UPDATE=1` writes what is given today.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ominipg_codegen::{Build, Code};

/// Errors that no schema can cause; each has a test of its own in `committed.rs`, `doors.rs` or `migrate.rs`.
const ELSEWHERE: &[Code] = &[
    Code::BadSetting,
    Code::Unwritable,
    Code::ForeignFile,
    Code::Stale,
    Code::Destructive,
    Code::NoMigration,
    Code::BadMigrations,
];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn code(case: &Path) -> String {
    case.file_name().unwrap().to_string_lossy().split('-').next().unwrap().to_owned()
}

/// One test for all: the working folder, which the reports are relative to, belongs to the process.
#[test]
fn every_case_gives_its_report() {
    let mut different = Vec::new();
    for case in cases() {
        env::set_current_dir(&case).unwrap();
        let (found, diagnostics) = match Build::new("schemas").generate() {
            Ok(output) => {
                let warnings: Vec<String> = output.warnings().iter().map(ToString::to_string).collect();
                (warnings.join("\n"), output.warnings().to_vec())
            }
            Err(error) => (error.to_string(), error.diagnostics().to_vec()),
        };
        let code = code(&case);
        assert!(diagnostics.iter().any(|found| found.code.id() == code), "{}:\n{found}", case.display());
        for diagnostic in &diagnostics {
            let place = diagnostic
                .file
                .as_ref()
                .map(|file| format!("{file}:{}:{}", diagnostic.line, diagnostic.column));
            assert!(place.is_none_or(|place| diagnostic.to_string().contains(&place)), "{diagnostic}");
        }
        if env::var_os("OMINIPG_UPDATE").is_some() {
            fs::write("expected.txt", &found).unwrap();
        }
        if fs::read_to_string("expected.txt").unwrap_or_default() != found {
            different.push(format!("{}:\n{found}", case.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

#[test]
fn every_code_has_a_case() {
    let cases: Vec<String> = cases().iter().map(|case| code(case)).collect();
    for known in Code::ALL.iter().filter(|known| !ELSEWHERE.contains(known)) {
        assert!(cases.iter().any(|case| case == known.id()), "no case for {known}");
    }
}
