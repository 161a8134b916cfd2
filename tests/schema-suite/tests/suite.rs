//! The JSON-Schema-Test-Suite: generated code takes the documents that it calls valid, and no others.
//!
//! The suite is fetched when this is built. `OMINIPG_UPDATE=1` writes anew which groups are left out, and why.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use ominipg_schema_tests::{GROUPS, Group, LEFT_OUT, MISSING, Outcome};
use serde_json::Value;

/// Files of the suite that this dialect has otherwise.
const OTHERWISE: &[(&str, &str)] = &[
    ("draft2020-12/format.json", "formats are asserted, as in optional/format"),
    ("draft7/optional/content.json", "contents of texts are described, not checked, as in 2020-12"),
];

/// Whether a document is a whole number that is written with a fraction, or has more than 64 bits.
fn is_no_i64(document: &Value, outcome: &Outcome) -> bool {
    document.is_f64() && matches!(outcome, Outcome::NoValue(why) if why.contains("expected i64"))
}

#[test]
fn generated_code_agrees_with_the_suite() {
    if let Some(reason) = MISSING {
        println!("NOT RUN: the JSON-Schema-Test-Suite is not here: {reason}");
        return;
    }
    let mut left_out: Vec<String> =
        LEFT_OUT.iter().map(|(file, group, reason)| format!("{file} | {group} | {reason}")).collect();
    let (mut groups, mut documents) = (0, 0);
    let mut differ = Vec::new();
    for group in GROUPS {
        if let Some((file, reason)) = OTHERWISE.iter().find(|(file, _)| *file == group.file) {
            left_out.push(format!("{file} | {reason}"));
            continue;
        }
        groups += 1;
        documents += judge(group, &mut left_out, &mut differ);
    }
    println!("{groups} groups, {documents} documents, {} left out", left_out.len());
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
    assert!(groups > 600 && documents > 2_500, "the suite is whole");
    expect_left_out(left_out);
}

/// Tries the documents of a group, and gives how many there were.
fn judge(group: &Group, left_out: &mut Vec<String>, differ: &mut Vec<String>) -> usize {
    let tests: Vec<Value> = serde_json::from_str(group.tests).expect("the suite is JSON");
    for test in &tests {
        let (document, valid) = (&test["data"], test["valid"] == Value::Bool(true));
        let outcome = (group.check)(document);
        // A member that the schema does not name may be dropped, and a default filled in; nothing else is changed.
        let kept = match &outcome {
            Outcome::Value { written, .. } => document.is_object() || same(document, written),
            Outcome::NoValue(_) => true,
        };
        let agrees = outcome.is_taken() == valid && (kept || !valid);
        let place = || format!("{} | {} | {}", group.file, group.description, test["description"]);
        if !agrees && valid && is_no_i64(document, &outcome) {
            left_out.push(format!("{} | an integer is written without a fraction, and has 64 bits", place()));
        } else if !agrees {
            differ.push(format!("{} | valid: {valid} | {document} | {outcome:?}", place()));
        }
    }
    tests.len()
}

/// Whether two values are equal in JSON Schema, where 1.0 is 1.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn expect_left_out(mut found: Vec<String>) {
    found.sort();
    found.dedup();
    let text = format!("{}\n", found.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("left_out.txt");
    if env::var_os("OMINIPG_UPDATE").is_some() {
        fs::write(&path, &text).expect("the list can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let mut change: BTreeMap<&str, i32> = BTreeMap::new();
    text.lines().for_each(|line| *change.entry(line).or_default() += 1);
    kept.lines().for_each(|line| *change.entry(line).or_default() -= 1);
    change.retain(|_, count| *count != 0);
    assert!(change.is_empty(), "left_out.txt has changed (1 is new, -1 is gone): {change:#?}");
}
