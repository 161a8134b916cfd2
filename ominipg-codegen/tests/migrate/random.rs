//! Random pairs of schemas: what is made of the first and migrated is what is made of the second.

use ominipg_runtime::Catalog;
use ominipg_test_support::Random;
use serde_json::{Map, Value, json};

use crate::place::{Place, catalog, create, open};

const TABLES: &[&str] = &["a", "b", "c"];
const COLUMNS: &[&str] = &["p", "q", "r", "s", "t"];

/// Types that come from each other without loss stand after each other, so that changes are often allowed.
fn column(random: &mut Random) -> Value {
    let number = random.below(4);
    let mut column = match random.below(9) {
        0 => json!({ "type": "integer", "format": "int16", "minimum": number }),
        1 => json!({ "type": "integer", "format": "int32", "maximum": 100 + number }),
        2 => json!({ "type": "integer", "multipleOf": 1 + number }),
        3 => json!({ "type": "string", "maxLength": 10 + number }),
        4 => {
            json!({ "type": "string", "pattern": "^[a-z]*$", "x-ominipg": { "type": format!("varchar({})", 10 + number) } })
        }
        5 => json!({ "type": "string", "format": "uuid" }),
        6 => json!({ "enum": values(random) }),
        7 => json!({ "enum": values(random), "x-ominipg": { "type": "kind" } }),
        _ => json!({ "type": "array", "items": { "type": "string" }, "minItems": number }),
    };
    if random.one_in(3) {
        column["description"] = json!(format!("It's {number}."));
    }
    column
}

fn values(random: &mut Random) -> &'static [&'static str] {
    &["x", "y", "z"][..1 + random.below(3)]
}

fn schemas(random: &mut Random) -> Vec<(String, String)> {
    let names: Vec<&str> = TABLES.iter().copied().filter(|_| !random.one_in(4)).collect();
    let names = if names.is_empty() { vec!["a"] } else { names };
    let mut out = Vec::new();
    for name in &names {
        let mut properties = Map::new();
        let mut required = vec![json!("id")];
        properties.insert("id".to_owned(), json!({ "type": "integer", "readOnly": random.one_in(2) }));
        for column_name in COLUMNS {
            if random.one_in(3) {
                continue;
            }
            let column = column(random);
            if random.one_in(4) {
                required.push(json!(column_name));
            }
            properties.insert((*column_name).to_owned(), column);
        }
        let mut extension = Map::new();
        let some: Vec<String> = properties.keys().filter(|key| *key != "id").cloned().collect();
        if random.one_in(2) && !some.is_empty() {
            extension.insert("indexes".to_owned(), json!([random.choose(&some)]));
        }
        if random.one_in(3) && !some.is_empty() {
            extension.insert("unique".to_owned(), json!([random.choose(&some)]));
        }
        if random.one_in(2) {
            let target = *random.choose(&names);
            let actions = ["cascade", "setNull", "noAction"];
            let action = *random.choose(&actions);
            properties.insert("link".to_owned(), json!({ "type": "integer", "x-ominipg": { "references": { "table": target, "column": "id", "onDelete": action } } }));
        }
        let schema = json!({ "type": "object", "x-ominipg": extension, "required": required, "properties": properties });
        out.push((format!("{name}.json"), schema.to_string()));
    }
    out
}

/// Keeps what a migration would refuse from `after`, most often: types that no cast leads to, and new columns that are required.
fn come_closer(random: &mut Random, before: &[(String, String)], after: &mut [(String, String)]) {
    for (name, text) in after.iter_mut() {
        let Some((_, old)) = before.iter().find(|(other, _)| other == name) else { continue };
        let old: Value = serde_json::from_str(old).expect("it is JSON");
        let mut schema: Value = serde_json::from_str(text).expect("it is JSON");
        for column in COLUMNS {
            if schema["properties"][*column].is_null() {
                continue;
            }
            let known = &old["properties"][*column];
            if known.is_null() {
                let required = schema["required"].as_array_mut().expect("it is a list");
                required.retain(|name| name != column);
            } else if !random.one_in(12) {
                schema["properties"][*column] = wider(random, known);
            }
        }
        *text = schema.to_string();
    }
}

/// The same column, or one whose type takes all that the column's did.
fn wider(random: &mut Random, column: &Value) -> Value {
    let mut wider = column.clone();
    match (column["type"].as_str(), column["format"].as_str()) {
        (Some("integer"), Some("int16")) if random.one_in(2) => wider["format"] = json!("int32"),
        (Some("integer"), Some("int32")) if random.one_in(2) => wider["format"] = json!("int64"),
        (Some("integer"), None) if random.one_in(3) => {
            wider = json!({ "type": "string", "minLength": random.below(3) });
        }
        (Some("string"), Some("uuid")) if random.one_in(2) => wider = json!({ "type": "string" }),
        (Some("string"), None) if random.one_in(2) && column["x-ominipg"].is_null() => {
            wider = json!({ "enum": values(random) });
        }
        (Some("array"), _) if random.one_in(2) => wider = json!({ "type": ["array", "object"] }),
        _ => {}
    }
    wider
}

/// All columns of one enum have the same values.
fn one_kind(random: &mut Random, schemas: &mut [(String, String)]) {
    let kinds = values(random);
    for (_, text) in schemas {
        let mut schema: Value = serde_json::from_str(text).expect("it is JSON");
        for column in COLUMNS {
            if schema["properties"][*column]["x-ominipg"]["type"] == "kind" {
                schema["properties"][*column]["enum"] = json!(kinds);
            }
        }
        *text = schema.to_string();
    }
}

/// Lets a table and a column of `after` come from one that is gone.
fn rename(random: &mut Random, before: &[(String, String)], after: &mut [(String, String)]) {
    let gone = before.iter().find(|(name, _)| !after.iter().any(|(other, _)| other == name));
    let new = after.iter().position(|(name, _)| !before.iter().any(|(other, _)| other == name));
    if let (Some((gone, _)), Some(new)) = (gone, new) {
        let mut schema: Value = serde_json::from_str(&after[new].1).expect("it is JSON");
        schema["x-ominipg"]["was"] = json!(gone.trim_end_matches(".json"));
        after[new].1 = schema.to_string();
    }
    for (name, text) in after.iter_mut() {
        let Some((_, old)) = before.iter().find(|(other, _)| other == name) else { continue };
        let old: Value = serde_json::from_str(old).expect("it is JSON");
        let mut schema: Value = serde_json::from_str(text).expect("it is JSON");
        let keys = |schema: &Value| -> Vec<String> {
            schema["properties"].as_object().expect("it has some").keys().cloned().collect()
        };
        let (old, new) = (keys(&old), keys(&schema));
        let gone: Vec<&String> = old.iter().filter(|key| !new.contains(key)).collect();
        let fresh: Vec<&String> = new.iter().filter(|key| !old.contains(key) && *key != "link").collect();
        if let (Some(gone), Some(fresh), false) = (gone.first(), fresh.first(), random.one_in(3)) {
            schema["properties"][fresh.as_str()]["x-ominipg"]["was"] = json!(gone);
            *text = schema.to_string();
        }
    }
}

/// The pairs that a run tries; most differ in a way that is refused by right, and are left out.
const PAIRS: u64 = 300;

#[tokio::test]
async fn what_is_migrated_is_what_is_made() {
    let (mut ran, mut refused) = (0, 0);
    for seed in 0..PAIRS {
        let mut random = Random::new(seed);
        let mut before = schemas(&mut random);
        one_kind(&mut random, &mut before);
        let mut after = schemas(&mut random);
        come_closer(&mut random, &before, &mut after);
        one_kind(&mut random, &mut after);
        rename(&mut random, &before, &mut after);
        let place = Place::new();
        place.schemas(&before).migrate().write().unwrap_or_else(|error| panic!("{seed}: {error}"));
        place.schemas(&after);
        match place.migrate().allow_drop(true).write() {
            Ok(_) => {}
            Err(error) => {
                let by_right = |code: ominipg_codegen::Code| code == ominipg_codegen::Code::NoMigration;
                assert!(error.diagnostics().iter().all(|found| by_right(found.code)), "{seed}: {error}");
                refused += 1;
                continue;
            }
        }
        let db = open().await;
        let context =
            || std::fs::read_to_string(place.migrations().join("0002_changes.sql")).unwrap_or_default();
        db.migrate(&place.all()).await.unwrap_or_else(|error| panic!("{seed}: {error}\n{}", context()));
        let schema = place.schema();
        db.verify_schema(&schema).await.unwrap_or_else(|error| panic!("{seed}: {error}\n{}", context()));
        let (found, wanted): (Catalog, Catalog) = (catalog(&db).await, catalog(&create(&schema).await).await);
        assert_eq!(found, wanted, "{seed}\n{}", context());
        ran += 1;
    }
    assert!(ran > PAIRS / 4, "{ran} pairs ran, {refused} were refused");
}
