//! Makes tables of the JSON-Schema-Test-Suite and of random schemas, so that the checks that the generator gives for them are
//! compiled.

mod cases;
mod fetch;
mod group;
mod mutant;
mod numbers;
mod programs;
mod random;
mod tables;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-env-changed={}", fetch::FOLDER);
    let text = match fetch::folder(&out) {
        Ok(folder) => {
            println!("cargo::rerun-if-changed={}", folder.display());
            tables::of(group::read(&folder), &out)
        }
        Err(reason) => {
            // Nothing that is never there is unchanged, so that the next build tries again.
            println!("cargo::rerun-if-changed={}", out.join("none").display());
            println!(
                "cargo::warning=the JSON-Schema-Test-Suite is not here, so its tests are left out: {reason}"
            );
            tables::none(&reason)
        }
    };
    write(&out.join("suite.rs"), &text);
    write(&out.join("random.rs"), &cases::of(&out));
}

/// Writes a file, and its folder.
fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("it has a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).expect("OUT_DIR can be written");
}
