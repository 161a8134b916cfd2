//! Tables whose columns have the schemas of the suite's groups.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ominipg_codegen::{Build, Output, Severity};
use serde_json::{Value, json};

use crate::group::Group;
use crate::write;

/// How many columns a table has.
const COLUMNS: usize = 40;

/// What the test needs of all groups, as Rust.
pub fn of(groups: Vec<Group>, out: &Path) -> String {
    let schemas = out.join("schemas");
    let mut left_out: BTreeMap<usize, String> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        if let Some(schema) = with_dialect(group) {
            write(&schemas.join(format!("groups/g{index}.json")), &schema.to_string());
        } else {
            left_out.insert(index, "a file holds a JSON object".to_owned());
        }
    }
    let output = loop {
        let kept: Vec<usize> = (0..groups.len()).filter(|index| !left_out.contains_key(index)).collect();
        match generate(&schemas, &kept) {
            Ok(output) => break output,
            Err(refused) => left_out.extend(refused),
        }
    };
    let kept = (0..groups.len()).filter(|index| !left_out.contains_key(index));
    let mut text = String::from("pub const MISSING: Option<&str> = None;\n");
    text.push_str("pub static GROUPS: &[crate::Group] = &[\n");
    for (position, index) in kept.enumerate() {
        let Group { file, description, tests, .. } = &groups[index];
        let (tests, table) = (tests.to_string(), position / COLUMNS);
        writeln!(
            text,
            "crate::Group {{ file: {file:?}, description: {description:?}, tests: {tests:?}, check: |value| crate::check::<schemas::T{table}Patch>(\"g{index}\", value) }},"
        )
        .expect("a String takes everything");
    }
    text.push_str("];\npub static LEFT_OUT: &[(&str, &str, &str)] = &[\n");
    for (index, reason) in &left_out {
        let Group { file, description, .. } = &groups[*index];
        writeln!(text, "({file:?}, {description:?}, {reason:?}),").expect("a String takes everything");
    }
    text.push_str("];\n");
    write!(text, "mod schemas {{ {} }}", output.tokens()).expect("a String takes everything");
    text
}

/// The same where there is no suite.
pub fn none(reason: &str) -> String {
    format!(
        "pub const MISSING: Option<&str> = Some({reason:?});\npub static GROUPS: &[crate::Group] = &[];\n\
         pub static LEFT_OUT: &[(&str, &str, &str)] = &[];\n"
    )
}

/// The schema, which says its dialect; `None` where it is no object.
fn with_dialect(group: &Group) -> Option<Value> {
    let mut schema = group.schema.clone();
    let uri = if group.file.starts_with("draft7") {
        "http://json-schema.org/draft-07/schema#"
    } else {
        "https://json-schema.org/draft/2020-12/schema"
    };
    schema.as_object_mut()?.entry("$schema").or_insert_with(|| json!(uri));
    Some(schema)
}

/// The code; else which groups are refused, and why.
fn generate(schemas: &Path, kept: &[usize]) -> Result<Output, BTreeMap<usize, String>> {
    for old in fs::read_dir(schemas).expect("it was written").flatten() {
        if old.path().extension().is_some() {
            fs::remove_file(old.path()).expect("OUT_DIR can be written");
        }
    }
    for (table, columns) in kept.chunks(COLUMNS).enumerate() {
        // A line a column, so that a report's line says which it is.
        let columns: Vec<String> = columns
            .iter()
            .map(|index| format!("\"g{index}\": {{ \"$ref\": \"groups/g{index}.json\" }}"))
            .collect();
        let required: Vec<String> =
            columns.iter().filter_map(|column| column.split(':').next().map(str::to_owned)).collect();
        let text = format!(
            "{{ \"type\": \"object\", \"x-ominipg\": {{ \"name\": \"T{table}\" }}, \"required\": [{}], \"properties\": {{ \"id\": {{ \"type\": \"integer\", \"readOnly\": true }},\n{}\n}} }}",
            required.join(", "),
            columns.join(",\n")
        );
        write(&schemas.join(format!("t{table}.json")), &text);
    }
    Build::new(schemas).runtime("::ominipg_runtime").generate().map_err(|error| {
        let mut refused = BTreeMap::new();
        for found in error.diagnostics().iter().filter(|found| found.code.severity() == Severity::Error) {
            let file = found.file.as_deref().unwrap_or_default();
            let name = Path::new(file)
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            let group = name.strip_prefix('g').and_then(|index| index.parse().ok());
            let of_table = || {
                let table: usize = name.strip_prefix('t')?.parse().ok()?;
                kept.chunks(COLUMNS).nth(table)?.get(found.line.checked_sub(2)?).copied()
            };
            if let Some(group) = group.or_else(of_table) {
                let reason = format!("{}: {}", found.code, found.message);
                refused.entry(group).or_insert(reason);
            }
        }
        assert!(!refused.is_empty(), "{error}");
        refused
    })
}
