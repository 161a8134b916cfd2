//! Hostile texts as JSON filters: as values, keys, paths, operators and patterns.

use ominipg::ErrorKind;
use ominipg::codegen_support::serde_json::{Map, Value, json};

use crate::corpus::TEXTS;
use crate::db::{NewThing, things_drop_table_kept as things};
use crate::guard::Guard;

/// An object of one entry, whose key is no literal.
fn entry(key: impl Into<String>, value: impl Into<Value>) -> Value {
    Value::Object(Map::from_iter([(key.into(), value.into())]))
}

/// A key as it stands in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A filter must be refused, at this place.
fn refused(filter: &Value, pointer: &str) {
    let Err(error) = things::find().filter_json(filter) else { panic!("{filter} is not refused") };
    assert_eq!(error.kind(), ErrorKind::Filter, "{filter}");
    assert!(error.to_string().starts_with(&format!("filter, at {pointer}: ")), "{filter}: {error}");
}

/// How many rows a filter finds that must be understood, and answered.
async fn found(guard: &Guard, filter: &Value) -> u64 {
    let find = things::find().filter_json(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    find.count(&guard.db).await.unwrap_or_else(|error| panic!("{filter}: {error}"))
}

async fn filled() -> Guard {
    let guard = Guard::open().await;
    let rows = TEXTS.iter().enumerate().map(|(key, text)| {
        NewThing::new(*text, format!("{key}"), *text, *text, [*text], entry(*text, *text)).text(*text)
    });
    things::create_many(rows).run(&guard.db).await.expect("created");
    guard
}

#[tokio::test]
async fn values_are_values() {
    let guard = filled().await;
    for (key, text) in TEXTS.iter().enumerate() {
        for filter in [
            entry("a\"b", *text),
            json!({ "select": { "$in": [text] }, "'; DROP TABLE kept; --": key.to_string() }),
            json!({ "list": text }),
            json!({ "list": [text] }),
            json!({ "$or": [{ "text": { "$eq": text } }, { "list": { "$in": [text] } }] }),
            json!({ "document": { "$eq": entry(*text, *text) } }),
        ] {
            assert_eq!(found(&guard, &filter).await, 1, "{filter}");
        }
        // What begins with `$` is an operator, whatever else has that name.
        let document = entry("document", entry(*text, *text));
        match text.strip_prefix('$') {
            Some(_) => refused(&document, &format!("/document/{}", escaped(text))),
            None => assert_eq!(found(&guard, &document).await, 1, "{document}"),
        }
        refused(&entry("$1", *text), "/$1");
        // The opposite is everything else.
        let others = json!({ "text": { "$ne": text }, "list": { "$nin": [text] } });
        assert_eq!(found(&guard, &others).await as usize, TEXTS.len() - 1, "{text:?}");
        guard.check(text).await;
    }
}

#[tokio::test]
async fn keys_and_operators_are_known_or_refused() {
    let guard = filled().await;
    for text in TEXTS {
        if !["'; DROP TABLE kept; --"].contains(&text) {
            refused(&entry(text, 1), &format!("/{}", escaped(text)));
            refused(&json!({ "$and": [{}, entry(text, 1)] }), &format!("/$and/1/{}", escaped(text)));
        }
        refused(&entry(format!("${text}"), json!([])), &format!("/${}", escaped(text)));
        refused(&json!({ "text": entry(format!("${text}"), "x") }), &format!("/text/${}", escaped(text)));
        refused(&entry(format!("text.{text}"), "x"), &format!("/text.{}", escaped(text)));
        // A path is found, or has an empty part.
        let path = entry(format!("document.{text}"), text);
        if text.split('.').any(str::is_empty) {
            refused(&path, &format!("/document.{}", escaped(text)));
        } else {
            let expected = u64::from(!text.contains('.'));
            assert_eq!(found(&guard, &path).await, expected, "{path}");
        }
        if text != "\\" {
            refused(&entry("kind", text), "/kind");
        }
        guard.check(text).await;
    }
}

#[tokio::test]
async fn patterns_are_patterns() {
    let guard = filled().await;
    for text in TEXTS {
        for operator in ["$like", "$ilike"] {
            let filter = json!({ "text": entry(operator, text), "document.x": { "$exists": false } });
            let trailing = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
            match trailing % 2 {
                1 => refused(&json!({ "text": entry(operator, text) }), &format!("/text/{operator}")),
                _ => drop(found(&guard, &filter).await),
            }
        }
        // What is no regular expression is refused, or PostgreSQL says so, and nothing is broken.
        match things::find().filter_json(&json!({ "text": { "$regex": text } })) {
            Err(error) => assert!(error.to_string().starts_with("filter, at /text/$regex: "), "{error}"),
            Ok(find) => drop(find.count(&guard.db).await.unwrap_or_else(|error| panic!("{text:?}: {error}"))),
        }
        guard.check(text).await;
    }
}

#[tokio::test]
async fn shapes_are_refused_at_their_place() {
    let guard = filled().await;
    let deep = (0..1_000).fold(json!({ "id": 1 }), |inner, _| json!({ "$not": inner }));
    let wide = json!({ "$or": vec![json!({ "id": 1 }); 1_001] });
    let cases = [
        (json!(null), "(root)"),
        (json!("'; DROP TABLE kept; --"), "(root)"),
        (json!([{ "id": 1 }]), "(root)"),
        (json!({ "id": { "$gt": { "$gt": 1 } } }), "/id/$gt"),
        (json!({ "id": { "$where": "1 = 1" } }), "/id/$where"),
        (json!({ "$expr": { "$gt": ["$id", 1] } }), "/$expr"),
        (json!({ "id": "1 OR 1=1" }), "/id"),
        (json!({ "id": 9_223_372_036_854_775_807_u64 }), "/id"),
        (json!({ "id": 1e300 }), "/id"),
        (json!({ "id": { "$in": "1,2" } }), "/id/$in"),
        (json!({ "id": { "$in": vec![1; 10_001] } }), "/id/$in"),
        (json!({ "text": { "$regex": "(".repeat(2_000) } }), "/text/$regex"),
        (json!({ "text": { "$like": ["a"] } }), "/text/$like"),
        (json!({ "text": "a\0b" }), "/text"),
        (json!({ "text": { "$in": ["a", "\0"] } }), "/text/$in"),
        (json!({ "text": { "$like": "%\0" } }), "/text/$like"),
        (json!({ "document": { "a\0b": 1 } }), "/document"),
        (json!({ "document.x": { "$eq": ["\0"] } }), "/document.x/$eq"),
        (json!({ "document.a\0b": 1 }), "/document.a\0b"),
        (json!({ "document..": 1 }), "/document.."),
        (json!({ "document": { "$gt": [1] } }), "/document/$gt"),
        (json!({ "$or": [[]] }), "/$or/0"),
        (json!({ "$nor": "x" }), "/$nor"),
        (wide, "/$or/1000/id"),
    ];
    for (filter, pointer) in cases {
        refused(&filter, pointer);
    }
    let error = things::find().filter_json(&deep).err().expect("it is too deep");
    assert!(
        error.to_string().contains("/$not/$not") && error.to_string().contains("deeper than 32"),
        "{error}"
    );
    guard.check("shapes").await;
}
