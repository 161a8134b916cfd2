//! What `--explain` tells of a code is true: the wrong example has it, and the right one has nothing.

use std::path::PathBuf;
use std::{env, fs};

use ominipg_codegen::{Build, Code, Diagnostic};

/// What no schema can cause; their examples are commands.
const COMMANDS: &[Code] = &[
    Code::Unreadable,
    Code::BadSetting,
    Code::Unwritable,
    Code::ForeignFile,
    Code::Stale,
    Code::Destructive,
    Code::NoMigration,
    Code::BadMigrations,
];

/// The blocks of code below a word, by what stands behind the backticks.
fn blocks(text: &str, word: &str) -> Vec<(String, String)> {
    let (_, below) =
        text.split_once(&format!("\n{word}:\n")).unwrap_or_else(|| panic!("no `{word}:`\n{text}"));
    let below = below.split("\nRight:\n").next().unwrap();
    let mut out = Vec::new();
    for block in below.split("```").skip(1).step_by(2) {
        let (info, body) = block.split_once('\n').unwrap();
        out.push((info.to_owned(), body.to_owned()));
    }
    assert!(!out.is_empty(), "no code below `{word}:`\n{text}");
    out
}

/// What is found in an example.
fn found(code: Code, word: &str) -> Vec<Diagnostic> {
    let folder = env::temp_dir().join(format!("ominipg-explain-{}-{code}-{word}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (info, body) in blocks(code.explanation(), word) {
        let (_, name) = info.split_once(' ').unwrap_or_else(|| panic!("{code}: a block without a file"));
        fs::write(folder.join(name), body).unwrap();
    }
    let found = match Build::new(PathBuf::from(&folder)).generate() {
        Ok(output) => output.warnings().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    };
    fs::remove_dir_all(folder).unwrap();
    found
}

#[test]
fn the_examples_are_wrong_and_right() {
    for code in Code::ALL.iter().filter(|code| !COMMANDS.contains(code)) {
        let wrong = found(*code, "Wrong");
        assert!(wrong.iter().any(|found| found.code == *code), "{code}: {wrong:?}");
        assert!(wrong.iter().all(|found| found.code == *code), "{code} is not alone: {wrong:?}");
        let right = found(*code, "Right");
        assert!(right.is_empty(), "{code}: {right:?}");
    }
}

#[test]
fn every_explanation_has_the_same_form() {
    for code in Code::ALL {
        let text = code.explanation();
        assert!(text.starts_with(&format!("# {code}: ")), "{text}");
        let second = text.lines().nth(2).unwrap();
        assert!(second.len() > 40, "{code}: {second}");
        if COMMANDS.contains(code) {
            for word in ["Wrong", "Right"] {
                for (info, body) in blocks(text, word) {
                    assert_eq!(info, "sh");
                    assert!(body.lines().all(|line| line.starts_with("ominipg-codegen ")), "{body}");
                }
            }
        }
    }
}
