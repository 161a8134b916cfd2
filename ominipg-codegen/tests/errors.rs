//! Each folder of `errors` gives the report that is kept beside it, word for word at each door: the library, which a build
//! script calls, the macro, and the command line. `OMINIPG_UPDATE=1` writes what is given today.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use ominipg_codegen::{Build, Code, Diagnostic, Severity, expand};
use quote::quote;
use syn::visit_mut::{self, VisitMut};

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

/// What the library finds in the working folder.
fn by_library() -> Vec<Diagnostic> {
    match Build::new("schemas").generate() {
        Ok(output) => output.warnings().to_vec(),
        Err(error) => {
            // A build script that returns the error shows it by `Debug`.
            assert_eq!(format!("{error:?}"), format!("the schemas have problems\n\n{error}"));
            error.diagnostics().to_vec()
        }
    }
}

fn text(found: &[Diagnostic]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The texts of the macro's `compile_error!`, or of its warnings.
fn by_macro(case: &Path) -> String {
    let file: syn::File = syn::parse2(expand(quote!("schemas"), case)).unwrap();
    if let Some(syn::Item::Macro(item)) = file.items.first()
        && item.mac.path.segments.last().is_some_and(|last| last.ident == "compile_error")
    {
        let text: syn::LitStr = item.mac.parse_body().unwrap();
        assert!(!file.items[1..].iter().any(|item| matches!(item, syn::Item::Macro(_))), "it is shown once");
        return text.value().strip_prefix("the schemas have problems\n\n").unwrap().to_owned();
    }
    Notes::of(file).join("\n")
}

/// The notes of what is deprecated, which is how the macro warns.
struct Notes(Vec<String>);

impl Notes {
    fn of(mut file: syn::File) -> Vec<String> {
        let mut notes = Self(Vec::new());
        notes.visit_file_mut(&mut file);
        notes.0
    }
}

impl VisitMut for Notes {
    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        for attribute in item.attrs.iter().filter(|attribute| attribute.path().is_ident("deprecated")) {
            let note: syn::MetaNameValue = attribute.parse_args().unwrap();
            if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = note.value {
                self.0.push(text.value().trim_start_matches('\n').to_owned());
            }
        }
        visit_mut::visit_item_const_mut(self, item);
    }
}

fn by_command(case: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_ominipg-codegen"))
        .current_dir(case)
        .args(["check", "schemas"])
        .args(arguments)
        .output()
        .unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

/// One test for all: the working folder, which the reports are relative to, belongs to the process.
#[test]
fn every_case_gives_its_report_at_every_door() {
    let mut different = Vec::new();
    for case in cases() {
        env::set_current_dir(&case).unwrap();
        let shown = case.display();
        let diagnostics = by_library();
        let found = text(&diagnostics);
        let code = code(&case);
        assert!(diagnostics.iter().any(|found| found.code.id() == code), "{shown}:\n{found}");
        for diagnostic in &diagnostics {
            for label in &diagnostic.labels {
                let place = format!("{}:{}:{}", label.file, label.line, label.column);
                assert!(diagnostic.to_string().contains(&place), "{diagnostic}");
                let file = fs::read_to_string(&label.file).unwrap();
                assert!(file.get(label.range.clone()).is_some(), "{diagnostic}");
            }
        }
        if env::var_os("OMINIPG_UPDATE").is_some() {
            fs::write("expected.txt", &found).unwrap();
        }
        if fs::read_to_string("expected.txt").unwrap_or_default() != found {
            different.push(format!("{shown}:\n{found}"));
        }

        assert_eq!(by_macro(&case), found, "{shown}");
        let fails = diagnostics.iter().any(|found| found.severity() == Severity::Error);
        let (status, human) = by_command(&case, &[]);
        assert_eq!(status, Some(i32::from(fails)), "{shown}:\n{human}");
        match human.strip_prefix(&found) {
            Some("") => assert!(!fails),
            Some(rest) => assert!(rest.starts_with('\n') && rest.contains("`ominipg-codegen --explain OMI")),
            None => panic!("{shown}: the command says\n{human}"),
        }
        let (_, lines) = by_command(&case, &["--message-format", "json"]);
        let wanted: Vec<String> = diagnostics.iter().map(Diagnostic::to_json).collect();
        assert_eq!(lines.lines().collect::<Vec<_>>(), wanted, "{shown}");

        // Warnings that are denied say the same as errors.
        let (status, denied) = by_command(&case, &["--deny-warnings"]);
        assert_eq!(status, Some(1), "{shown}:\n{denied}");
        assert!(denied.starts_with(&found.replace("warning[", "error[")), "{shown}:\n{denied}");
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
