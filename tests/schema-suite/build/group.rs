//! A group of the suite: one schema, and documents that it allows or not.

use std::fs;
use std::path::Path;

use serde_json::Value;

pub struct Group {
    /// Such as `draft7/optional/format/date.json`.
    pub file: String,
    pub description: String,
    pub schema: Value,
    pub tests: Value,
}

/// Every group of both drafts.
pub fn read(suite: &Path) -> Vec<Group> {
    let mut groups = Vec::new();
    for draft in ["draft2020-12", "draft7"] {
        for part in ["", "/optional", "/optional/format"] {
            let folder = format!("{draft}{part}");
            let mut names: Vec<String> = fs::read_dir(suite.join("tests").join(&folder))
                .expect("the suite has this folder")
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| name.ends_with(".json"))
                .collect();
            names.sort();
            for name in names {
                let file = format!("{folder}/{name}");
                groups.extend(of_file(suite, &file));
            }
        }
    }
    groups
}

fn of_file(suite: &Path, file: &str) -> Vec<Group> {
    let text = fs::read_to_string(suite.join("tests").join(file)).expect("a listed file can be read");
    let groups: Vec<Value> = serde_json::from_str(&text).expect("the suite is JSON");
    let group = |mut group: Value| Group {
        file: file.to_owned(),
        description: group["description"].as_str().unwrap_or_default().to_owned(),
        schema: group["schema"].take(),
        tests: group["tests"].take(),
    };
    groups.into_iter().map(group).collect()
}
