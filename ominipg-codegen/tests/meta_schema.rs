//! The meta-schema that editors check schema files by.

use std::path::{Path, PathBuf};
use std::{env, fs};

use jsonschema::Validator;
use ominipg_codegen::{META_SCHEMA, generate};
use serde_json::{Value, json};

fn validator() -> Validator {
    let mut schema: Value = serde_json::from_str(META_SCHEMA).unwrap();
    // An editor has both dialects at hand, a validator only the one of its schema.
    schema["then"] = json!(true);
    jsonschema::validator_for(&schema).unwrap()
}

fn files() -> Vec<PathBuf> {
    let codegen = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = fs::read_dir(codegen.join("tests/golden")).unwrap();
    let examples = fs::read_dir(codegen.join("../schemas")).unwrap();
    let folders = golden
        .map(|case| case.unwrap().path().join("schemas"))
        .chain(examples.map(|entry| entry.unwrap().path()));
    let files = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn it_takes_what_the_generator_takes() {
    let validator = validator();
    let files = files();
    assert!(files.len() > 40, "{}", files.len());
    for file in files {
        let schema: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&schema).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
    }
}

#[test]
fn it_refuses_what_the_generator_refuses() {
    let validator = validator();
    for wrong in [
        json!({ "type": "objekt" }),
        json!({ "x-ominipg": { "keyz": ["id"] } }),
        json!({ "properties": { "a": { "x-ominipg": { "keys": ["id"] } } } }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

/// It may stand beside the schemas, which name it by its path.
#[test]
fn schemas_may_name_it_as_their_own() {
    let folder = env::temp_dir().join(format!("ominipg-meta-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("x-ominipg.schema.json"), META_SCHEMA).unwrap();
    let users = json!({
        "$schema": "./x-ominipg.schema.json", "type": "object", "required": ["id"],
        "properties": { "id": { "type": "integer" }, "pair": { "type": "array", "prefixItems": [true], "items": false } }
    });
    fs::write(folder.join("users.json"), users.to_string()).unwrap();
    let output = generate(&folder);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(output.unwrap().ddl().iter().filter(|sql| sql.starts_with("CREATE TABLE")).count(), 1);
}
