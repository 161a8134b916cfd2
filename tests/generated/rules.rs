//! The generated checks agree with a JSON Schema validator.

use ominipg::codegen_support::serde_json::{Value, from_value, json};
use ominipg::{Validate, Violations};

use crate::golden::rules::{CheckPatch, NewCheck};

/// A row that satisfies every rule, with some values put in the place of others.
fn row(changes: Value) -> NewCheck {
    let mut row = json!({
        "id": "8c4a1f8e-3b64-4b0f-9d5e-0a7c5f0d1e2b",
        "small": 2, "big": 1, "ratio": 0.25
    });
    for (key, value) in changes.as_object().expect("changes are an object") {
        row[key] = value.clone();
    }
    from_value(row).expect("the types are right")
}

/// The broken rules as `pointer keyword`.
fn broken(value: &impl Validate) -> Vec<String> {
    let mut violations = Violations::new();
    value.validate(&mut violations);
    violations.into_vec().into_iter().map(|found| format!("{} {}", found.pointer, found.keyword)).collect()
}

#[test]
fn each_rule_is_found_at_its_place() {
    assert_eq!(broken(&row(json!({}))), [""; 0]);
    let cases = [
        (json!({ "small": -5 }), vec!["/small exclusiveMinimum", "/small multipleOf"]),
        (json!({ "small": 5 }), vec!["/small exclusiveMaximum", "/small multipleOf"]),
        (json!({ "big": 9_007_199_254_740_992_i64 }), vec!["/big maximum"]),
        (json!({ "big": -9_007_199_254_740_992_i64 }), vec!["/big minimum"]),
        (json!({ "wide": i32::MAX }), vec![]),
        (json!({ "half": 0 }), vec!["/half minimum"]),
        (json!({ "half": 1 }), vec![]),
        (json!({ "ratio": 1.5 }), vec!["/ratio exclusiveMaximum"]),
        (json!({ "ratio": 0.125 }), vec!["/ratio multipleOf"]),
        (json!({ "ratio": -0.01 }), vec!["/ratio minimum"]),
        (json!({ "single": -0.5 }), vec![]),
        (json!({ "single": -0.75 }), vec!["/single minimum"]),
        (json!({ "always": "yes", "never": false, "seven": 7 }), vec![]),
        (
            json!({ "always": "no", "never": true, "seven": 8 }),
            vec!["/always const", "/never const", "/seven const"],
        ),
        (json!({ "level": 3 }), vec![]),
        (json!({ "level": 4 }), vec!["/level enum"]),
        (json!({ "email": "ada" }), vec!["/email format"]),
        (json!({ "site": "/relative" }), vec!["/site format"]),
        (json!({ "code": "Ä12" }), vec!["/code pattern"]),
        (json!({ "code": "A" }), vec!["/code pattern", "/code minLength"]),
        (json!({ "code": "Aé12" }), vec![]),
        (json!({ "either": "four" }), vec!["/either anyOf"]),
        (json!({ "either": "12" }), vec![]),
        (json!({ "notThis": "this" }), vec!["/notThis not"]),
        (json!({ "nil": "00000000-0000-0000-0000-000000000000" }), vec!["/nil not"]),
        (json!({ "v4": "::1" }), vec!["/v4 format"]),
        (json!({ "v4": "127.0.0.1" }), vec![]),
        (json!({ "sizes": [] }), vec!["/sizes minItems"]),
        (
            json!({ "sizes": [1, 0, 10, 1] }),
            vec!["/sizes/1 minimum", "/sizes/2 maximum", "/sizes maxItems", "/sizes uniqueItems"],
        ),
        (json!({ "marks": [4.5] }), vec!["/marks contains"]),
        (json!({ "marks": [5.25] }), vec!["/marks/0 multipleOf"]),
        (json!({ "days": ["2024-01-01", "2024-01-01"] }), vec!["/days uniqueItems"]),
        (json!({ "flags": ["x", "y", "x"] }), vec!["/flags uniqueItems", "/flags maxItems"]),
        (json!({ "mails": ["a@example.com", "b"] }), vec!["/mails/1 format", "/mails/1 pattern"]),
        (json!({ "own": "" }), vec!["/own minLength"]),
        (json!({ "secret": "short" }), vec!["/secret minLength"]),
        (json!({ "money": "-1" }), vec!["/money pattern"]),
        (json!({ "always": null, "sizes": null, "email": null }), vec![]),
    ];
    for (changes, wanted) in cases {
        let mut found = broken(&row(changes.clone()));
        let mut wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{changes}");
    }
}

#[test]
fn a_patch_checks_what_is_set_and_only_that() {
    assert_eq!(broken(&CheckPatch::new()), [""; 0]);
    assert_eq!(broken(&CheckPatch::new().email(None)), [""; 0]);
    assert_eq!(broken(&CheckPatch::new().email("ada").small(3_i16)), ["/small multipleOf", "/email format"]);
}

#[test]
fn a_closed_table_takes_no_further_properties() {
    let error = from_value::<CheckPatch>(json!({ "emial": "x" })).expect_err("there is no such property");
    assert!(error.to_string().contains("unknown field `emial`"), "{error}");
}
