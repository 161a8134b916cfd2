//! Brings the suite here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::programs::{download, run};

/// Names a folder that holds the suite, so that nothing is fetched.
pub const FOLDER: &str = "OMINIPG_JSON_SCHEMA_SUITE";

/// The source package of Python's `jsonschema`, a registry's package that carries the whole suite.
///
/// The suite's own npm package only names a commit, older than draft 2020-12, of a repository.
const PACKAGE: &str = "jsonschema==4.26.0";

/// The folder that holds `tests`; else why there is none.
pub fn folder(out: &Path) -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) {
        let there = folder.join("tests/draft2020-12").is_dir();
        return if there {
            Ok(folder)
        } else {
            Err(format!("{} holds no `tests/draft2020-12`", folder.display()))
        };
    }
    // OUT_DIR is target/PROFILE/build/PACKAGE/out: kept beside the profiles, it is fetched once.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not in a target folder")?;
    let kept = target.join("tmp/json-schema-suite");
    let suite = kept.join("json");
    if !suite.join("tests/draft2020-12").is_dir() {
        fetch(&kept)?;
    }
    Ok(suite)
}

fn fetch(kept: &Path) -> Result<(), String> {
    fs::create_dir_all(kept).map_err(|error| error.to_string())?;
    download(PACKAGE, &["--no-binary", "jsonschema"], kept)?;
    let archive = kept.join("jsonschema-4.26.0.tar.gz");
    run(Command::new("tar").arg("xzf").arg(&archive).arg("--strip-components=1").arg("-C").arg(kept))
        .map(drop)
}
