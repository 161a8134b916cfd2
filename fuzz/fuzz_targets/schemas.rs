//! Any text as a schema, beside two files that it may refer to: code or a report, never a panic.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs, process};

use libfuzzer_sys::fuzz_target;
use ominipg_codegen::{Code, generate};

/// The folder of this process, with the files that stay as they are.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let base = if memory.is_dir() { memory } else { env::temp_dir() };
    let folder = base.join(format!("ominipg-fuzz-{}", process::id()));
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::write(folder.join("posts.json"), include_str!("../../schemas/blog/posts.json"))
        .expect("it is written");
    fs::write(folder.join("tags.json"), include_str!("../../schemas/blog/tags.json")).expect("it is written");
    folder
});

fuzz_target!(|text: &[u8]| {
    fs::write(FOLDER.join("users.json"), text).expect("it is written");
    match generate(&*FOLDER) {
        Ok(output) => {
            // Formatting parses the code: what is no Rust is found here.
            assert!(output.files().len() > 1 && !output.ddl().is_empty());
            for warning in output.warnings() {
                assert!(!warning.to_string().is_empty());
            }
        }
        Err(error) => {
            let report = error.to_string();
            assert!(error.diagnostics().iter().all(|found| report.contains(found.code.id())));
            assert!(error.diagnostics().iter().all(|found| found.code != Code::NoSchemas));
        }
    }
});
