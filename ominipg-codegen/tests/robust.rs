//! Whatever is done to a schema, the generator gives code or a report, and never panics.
//!
//! `OMINIPG_ROBUST_SECONDS=600` makes changes for so long; `fuzz/run 600` does without a structure to begin with.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use ominipg_codegen::generate;
use serde_json::{Value, json};

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

fn sources() -> Vec<(PathBuf, Value)> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut out = Vec::new();
    for case in fs::read_dir(tests).unwrap().map(|entry| entry.unwrap().path().join("schemas")) {
        for file in fs::read_dir(case).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            let text = fs::read_to_string(&file).unwrap();
            out.push((file, serde_json::from_str(&text).unwrap()));
        }
    }
    out.sort_by(|(a, _), (b, _)| a.cmp(b));
    out
}

/// Every value of a document, as a pointer.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), out));
        }
        _ => {}
    }
}

/// What is put in the place of a value.
fn odd(numbers: &mut Numbers) -> Value {
    let odds = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("type"),
        json!("\u{0}"),
        json!("#"),
        json!("#/properties/id"),
        json!("$"),
        json!([]),
        json!({}),
        json!([null]),
        json!("null"),
        json!({ "type": "null" }),
        json!({ "$ref": "#" }),
        json!({ "$ref": "users.json" }),
        json!({ "type": ["array", "null"] }),
        json!({ "type": "array", "items": { "$ref": "#" } }),
        json!({ "not": {} }),
        json!({ "enum": [] }),
        json!({ "const": {} }),
        json!({ "allOf": [{ "$ref": "#/properties/id" }, false] }),
        json!({ "oneOf": [{ "type": "string" }, { "type": "string" }] }),
        json!({ "type": "object", "additionalProperties": false }),
        json!({ "type": "object", "properties": { "": {} } }),
        json!({ "type": "object", "required": ["x"], "additionalProperties": { "type": "object" } }),
        json!({ "enum": ["", " ", "a", "A", "_", "é", "1"] }),
        json!({ "type": "string", "default": "'" }),
        json!({ "x-ominipg": { "rust": "crate::X" } }),
        json!({ "x-ominipg": { "attributes": ["serde(", "non_exhaustive"], "derive": ["Eq"] } }),
        json!({ "x-ominipg": { "column": "Ünï \"quoted\"", "name": "r#fn" } }),
        json!({ "x-ominipg": { "references": { "table": "users", "column": "id" } } }),
        json!({ "x-ominipg": { "keys": ["id", "id"], "unique": [["id"]], "version": true, "softDelete": true, "timestamps": true } }),
        json!({ "type": "integer", "format": "int16", "minimum": 1e308, "multipleOf": 1e-300 }),
        json!({ "type": "string", "pattern": "(?<!a)\\p{L}{1,1000}$" }),
        json!({ "oneOf": [{ "properties": { "a": { "const": 1 } } }, { "properties": { "a": { "const": "1" } } }, { "type": "array" }] }),
        json!({ "type": "array", "items": [{ "type": "integer" }], "additionalItems": false }),
        json!("\u{202e}*/ ]] ```"),
        json!({ "type": "string", "x-ominipg": { "type": "a\"b" } }),
    ];
    odds[numbers.below(odds.len())].clone()
}

fn change(document: &mut Value, numbers: &mut Numbers) {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let at = &all[numbers.below(all.len())];
    let (parent, key) = at.rsplit_once('/').unwrap_or(("", ""));
    match (numbers.below(4), document.pointer_mut(parent)) {
        (0, Some(Value::Object(map))) => {
            map.remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        (1, Some(Value::Object(map))) => {
            let words = [
                "type",
                "x-ominipg",
                "$ref",
                "readOnly",
                "enum",
                "items",
                "default",
                "allOf",
                "required",
                "properties",
                "oneOf",
                "anyOf",
                "not",
                "pattern",
                "format",
                "minimum",
                "multipleOf",
                "maxLength",
                "uniqueItems",
                "additionalProperties",
                "const",
                "title",
                "writeOnly",
                "$defs",
                "$id",
            ];
            map.insert(words[numbers.below(words.len())].to_owned(), odd(numbers));
        }
        _ => *document.pointer_mut(at).unwrap() = odd(numbers),
    }
}

#[test]
fn nothing_that_is_done_to_a_schema_panics() {
    let folder = env::temp_dir().join(format!("ominipg-robust-{}", std::process::id()));
    let mut numbers = Numbers(7);
    let sources = sources();
    let (mut made, mut refused) = (0, 0);
    let seconds =
        env::var("OMINIPG_ROBUST_SECONDS").ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let start = Instant::now();
    let more = |round: usize| seconds.map_or(round < 600, |seconds| start.elapsed() < seconds);
    for round in (0..).take_while(|round| more(*round)) {
        let (file, original) = &sources[round % sources.len()];
        fs::create_dir_all(&folder).unwrap();
        for beside in fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()) {
            fs::copy(&beside, folder.join(beside.file_name().unwrap())).unwrap();
        }
        let mut document = original.clone();
        for _ in 0..=numbers.below(3) {
            change(&mut document, &mut numbers);
        }
        let text = serde_json::to_string_pretty(&document).unwrap();
        fs::write(folder.join(file.file_name().unwrap()), &text).unwrap();
        let result = std::panic::catch_unwind(|| match generate(&folder) {
            Ok(output) => {
                assert!(output.files().len() > 1 && !output.ddl().is_empty());
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        });
        match result {
            Ok(true) => made += 1,
            Ok(false) => refused += 1,
            Err(_) => panic!("round {round}, {}:\n{text}", file.display()),
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    println!("{made} made, {refused} refused");
    assert!(made > 50 && refused > 50, "both happen: {made} made, {refused} refused");
}

#[test]
fn texts_that_are_no_json_are_refused() {
    let folder = env::temp_dir().join(format!("ominipg-robust-text-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let text = fs::read_to_string(&sources()[0].0).unwrap();
    let mut numbers = Numbers(11);
    for _ in 0..200 {
        let mut bytes = text.clone().into_bytes();
        let at = numbers.below(bytes.len());
        match numbers.below(3) {
            0 => bytes.truncate(at),
            1 => bytes[at] = b"\"\\{}[]:,\n\0e-\x7f"[numbers.below(13)],
            _ => bytes.insert(at, 0xc3),
        }
        fs::write(folder.join("users.json"), bytes).unwrap();
        // A change inside a text may leave a schema that is right.
        if let Err(error) = generate(&folder) {
            assert!(error.to_string().contains("users.json"), "{error}");
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}
