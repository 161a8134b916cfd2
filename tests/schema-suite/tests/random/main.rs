//! Random schemas and random documents: generated code and the crate `jsonschema` agree, and would not if a check were wrong.
//!
//! `OMINIPG_DOCUMENTS=100000` for a long run.

#[path = "../../build/numbers.rs"]
mod numbers;

mod documents;

use std::env;

use jsonschema::Validator;
use numbers::Numbers;
use ominipg_schema_tests::{CASES, Case, MUTANTS, Outcome};
use serde_json::Value;

/// How many documents each schema gets.
fn documents() -> usize {
    env::var("OMINIPG_DOCUMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(400)
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a random schema is valid")
}

/// The first document on which the two do not agree, told as a report.
fn difference(case: &Case, seed: u64, documents: usize, seen: &mut [usize; 2]) -> Option<String> {
    let schema: Value = serde_json::from_str(case.schema).expect("it is JSON");
    let validator = validator(&schema);
    let mut numbers = Numbers::new(seed);
    for _ in 0..documents {
        let document = documents::of(&schema, &schema, &mut numbers, 0);
        let valid = validator.is_valid(&document);
        seen[usize::from(valid)] += 1;
        let outcome = (case.check)(&document);
        let agrees = match &outcome {
            Outcome::NoValue(_) => !valid,
            // A type may hold less than the document, such as no member in the place of a null.
            Outcome::Value { written, .. } => outcome.is_taken() == validator.is_valid(written),
        };
        if !agrees {
            return Some(format!("valid: {valid}, but {outcome:?}\n  {document}\n  {schema}"));
        }
    }
    None
}

#[test]
fn generated_checks_equal_a_validator() {
    let mut seen = [0; 2];
    let different: Vec<String> = CASES
        .iter()
        .enumerate()
        .filter_map(|(index, case)| difference(case, index as u64, documents(), &mut seen))
        .collect();
    println!("{} schemas, {} documents refused, {} taken", CASES.len(), seen[0], seen[1]);
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(seen.iter().all(|count| *count > CASES.len() * 50), "documents of both kinds: {seen:?}");
}

#[test]
fn every_mutant_is_killed() {
    let alive: Vec<&str> = MUTANTS
        .iter()
        .filter(|(_, cases)| {
            let killed = |case: &Case| (0..5).any(|seed| difference(case, seed, 400, &mut [0; 2]).is_some());
            !cases.iter().any(killed)
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(alive.is_empty(), "nobody noticed these: {alive:?}");
}
