//! What one check of one row costs: by generated code on the typed value, by the crate `jsonschema` on the same as JSON, with
//! a validator made at run time and with the one that its macro makes. Run it in this folder:
//!
//! ```sh
//! cargo run --release -- --bench
//! ```

use divan::{Bencher, black_box};
use ominipg_runtime::{Validate, Violations};
use serde_json::{Value, json};

/// The table of `schemas`.
#[allow(missing_docs)]
mod db {
    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}

/// The same schema, for the macro.
#[jsonschema::validator(path = "schemas/members.json", validate_formats = true)]
struct ByMacro;

/// Each keyword alone, for the macro.
macro_rules! alone {
    ($($name:ident = $schema:literal),*) => { $(
        #[jsonschema::validator(schema = $schema, validate_formats = true)]
        struct $name;
    )* };
}

alone!(
    Length = r#"{ "type": "string", "minLength": 1, "maxLength": 80 }"#,
    Email = r#"{ "type": "string", "format": "email" }"#,
    Code = r#"{ "type": "string", "pattern": "^[A-Z]{2}[0-9]{4}$" }"#,
    Age = r#"{ "type": "integer", "minimum": 0, "maximum": 150 }"#,
    Tags = r#"{ "type": "array", "items": { "type": "string", "minLength": 1 }, "maxItems": 8, "uniqueItems": true }"#,
    Address = r#"{ "type": "object", "required": ["city"], "additionalProperties": false, "properties": { "city": { "type": "string", "minLength": 1 }, "zip": { "type": "string", "pattern": "^[0-9]{5}$" } } }"#
);

fn main() {
    divan::main();
}

fn document() -> Value {
    json!({
        "id": 7, "name": "Ada Lovelace", "email": "ada@example.com", "code": "AB1234", "age": 36, "score": 99.5,
        "tags": ["math", "poetry", "engines"], "address": { "city": "London", "zip": "12345" }
    })
}

/// Whether a value keeps all rules, and what it breaks where it does not.
fn holds(value: &impl Validate) -> bool {
    let mut violations = Violations::new();
    value.validate(&mut violations);
    violations.is_empty()
}

/// The whole row.
#[divan::bench_group]
mod row {
    use super::*;

    #[divan::bench]
    fn generated(bencher: Bencher<'_, '_>) {
        let new: db::NewMember = serde_json::from_value(document()).expect("the row is right");
        assert!(holds(&new));
        bencher.bench(|| holds(black_box(&new)));
    }

    #[divan::bench]
    fn by_macro(bencher: Bencher<'_, '_>) {
        let document = document();
        assert!(ByMacro::is_valid(&document));
        bencher.bench(|| ByMacro::is_valid(black_box(&document)));
    }

    #[divan::bench]
    fn at_run_time(bencher: Bencher<'_, '_>) {
        let document = document();
        let schema: Value = serde_json::from_str(include_str!("../schemas/members.json")).expect("it is JSON");
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema");
        assert!(validator.is_valid(&document));
        bencher.bench(|| validator.is_valid(black_box(&document)));
    }
}

/// One column of the row alone: generated code, and the macro.
macro_rules! column {
    ($group:ident, $property:literal, $by_macro:ident) => {
        #[divan::bench_group]
        mod $group {
            use super::*;

            #[divan::bench]
            fn generated(bencher: Bencher<'_, '_>) {
                let patch: db::MemberPatch =
                    serde_json::from_value(json!({ $property: document()[$property] })).expect("it is right");
                assert!(holds(&patch));
                bencher.bench(|| holds(black_box(&patch)));
            }

            #[divan::bench]
            fn by_macro(bencher: Bencher<'_, '_>) {
                let value = document()[$property].take();
                assert!($by_macro::is_valid(&value));
                bencher.bench(|| $by_macro::is_valid(black_box(&value)));
            }
        }
    };
}

column!(length, "name", Length);
column!(email, "email", Email);
column!(pattern, "code", Code);
column!(bounds, "age", Age);
column!(list, "tags", Tags);
column!(document_column, "address", Address);
