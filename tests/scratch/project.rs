//! A crate in a folder for temporary files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

use ominipg::codegen_support::serde_json::{Value, from_str};

/// A crate, deleted at the end.
pub(crate) struct Project {
    folder: PathBuf,
    /// The libraries it may name, each by its name there.
    libraries: Vec<(&'static str, PathBuf)>,
}

/// What `cargo check` did.
pub(crate) struct Checked {
    pub(crate) succeeded: bool,
    /// Whether the compiler ran.
    pub(crate) compiled: bool,
    /// The compiler's errors, with the line of their place.
    pub(crate) errors: Vec<(String, u64)>,
    pub(crate) stderr: String,
}

pub(crate) const USERS: &str = r#"{
  "type": "object",
  "required": ["id"],
  "properties": {
    "id": { "type": "integer" },
    "name": { "$ref": "../shared/common.json#/$defs/name" }
  }
}
"#;

impl Project {
    pub(crate) fn new(name: &str, libraries: &[(&'static str, &str)]) -> Self {
        let folder = env::temp_dir().join(format!("ominipg-scratch-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let libraries = libraries.iter().map(|(name, file)| (*name, library(file))).collect();
        Self { folder, libraries }
    }

    /// Makes a package of the folder.
    pub(crate) fn write_manifest(&self) {
        self.write(
            "Cargo.toml",
            "[workspace]\n\n[package]\nname = \"scratch\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
    }

    /// The schemas that all begin with, one of which refers to a file beside the folder.
    pub(crate) fn write_schemas(&self) {
        self.write("schemas/users.json", USERS);
        self.write("shared/common.json", r#"{ "$defs": { "name": { "type": "string", "maxLength": 80 } } }"#);
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.folder.join(name)).expect("the file was there");
    }

    /// Runs `cargo check` in a folder of the project.
    pub(crate) fn check(&self, within: &str) -> Checked {
        let deps = deps();
        let mut flags = vec!["-L".to_owned(), format!("dependency={}", deps.display())];
        for (name, path) in &self.libraries {
            flags.extend(["--extern".to_owned(), format!("{name}={}", path.display())]);
        }
        let done = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--message-format=json"])
            .current_dir(self.folder.join(within))
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("CARGO_BUILD_TARGET")
            .output()
            .expect("cargo runs");
        let stdout = String::from_utf8_lossy(&done.stdout).into_owned();
        let messages: Vec<Value> = stdout.lines().filter_map(|line| from_str(line).ok()).collect();
        let fresh = |message: &Value| {
            message["reason"] == "compiler-artifact"
                && message["target"]["kind"][0] == "lib"
                && message["fresh"] == true
        };
        let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
        Checked {
            succeeded: done.status.success(),
            compiled: !messages.iter().any(fresh),
            errors: errors.map(|message| error(&message["message"])).collect(),
            stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
        }
    }

    /// Checks that the crate builds, and whether anything had to be done for it.
    pub(crate) fn expect(&self, compiled: bool, why: &str) {
        let checked = self.check("");
        assert!(checked.succeeded, "{why}: {:?}\n{}", checked.errors, checked.stderr);
        assert_eq!(checked.compiled, compiled, "{why}:\n{}", checked.stderr);
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn error(message: &Value) -> (String, u64) {
    let text = message["message"].as_str().unwrap_or_default().to_owned();
    (text, message["spans"][0]["line_start"].as_u64().unwrap_or_default())
}

/// Where this test and all that it uses were built.
fn deps() -> PathBuf {
    let own = env::current_exe().expect("the test is a file");
    own.parent().expect("it is in a folder").to_path_buf()
}

/// The newest library of a name: older ones are what earlier builds have left.
fn library(name: &str) -> PathBuf {
    let ends = [".rlib", env::consts::DLL_SUFFIX];
    let begins = [format!("lib{name}-"), format!("{name}-")];
    let mut found: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(deps()).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let file = entry.file_name().to_string_lossy().into_owned();
        let is_library = ends.iter().any(|end| file.ends_with(end));
        if is_library && begins.iter().any(|begin| file.starts_with(begin.as_str())) {
            let modified = entry.metadata().and_then(|data| data.modified()).expect("the file is there");
            found.push((modified, entry.path()));
        }
    }
    found.into_iter().max().unwrap_or_else(|| panic!("{name} was built before this test")).1
}
