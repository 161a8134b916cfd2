//! Tables of random schemas, and copies of them in whose checks something is wrong.

use std::fmt::Write as _;
use std::path::Path;

use ominipg_codegen::Build;
use serde_json::{Map, Value, json};

use crate::mutant::{MUTANTS, Mutant};
use crate::numbers::Numbers;
use crate::random;
use crate::write;

const TABLES: usize = 40;
const COLUMNS: usize = 10;
/// How many columns a mutant has to be seen in.
const COLUMNS_OF_MUTANT: usize = 6;

/// What the test needs, as Rust.
pub fn of(out: &Path) -> String {
    let mut text = String::from("pub static CASES: &[crate::Case] = &[\n");
    let mut modules = String::new();
    for table in 0..TABLES {
        let mut numbers = Numbers::new(table as u64);
        let columns: Vec<Value> = (0..COLUMNS).map(|_| random::column(&mut numbers)).collect();
        let module = format!("random_{table}");
        writeln!(modules, "mod {module} {{ {} }}", code(out, &module, &columns))
            .expect("a String takes everything");
        cases(&mut text, &module, &columns);
    }
    text.push_str("];\npub static MUTANTS: &[(&str, &[crate::Case])] = &[\n");
    for (index, mutant) in MUTANTS.iter().enumerate() {
        let mut numbers = Numbers::new(1_000 + index as u64);
        let columns: Vec<Value> =
            (0..COLUMNS_OF_MUTANT).map(|_| random::with_keyword(&mut numbers, mutant.keyword())).collect();
        let module = format!("mutant_{index}");
        let code = mutant.apply(&code(out, &module, &columns));
        writeln!(modules, "mod {module} {{ {code} }}").expect("a String takes everything");
        write!(text, "({:?}, &[", mutant.to_string()).expect("a String takes everything");
        cases(&mut text, &module, &columns);
        text.push_str("]),\n");
    }
    text + "];\n" + &modules
}

fn shared() -> Value {
    json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/shared" }, "b": { "type": "integer" } }, "additionalProperties": false })
}

fn code(out: &Path, module: &str, columns: &[Value]) -> String {
    let mut properties = Map::from_iter([("id".to_owned(), json!({ "type": "integer", "readOnly": true }))]);
    let names: Vec<String> = (0..columns.len()).map(|index| format!("c{index}")).collect();
    properties.extend(names.iter().cloned().zip(columns.iter().cloned()));
    let schema = json!({
        "type": "object", "x-ominipg": { "name": "Row" }, "required": names, "properties": properties, "$defs": { "shared": shared() },
    });
    let file = out.join("random").join(format!("{module}.json"));
    write(&file, &schema.to_string());
    let built = Build::new(&file).runtime("::ominipg_runtime").generate();
    let built = built.unwrap_or_else(|error| panic!("a random schema is refused: {error}"));
    built.text()
}

fn cases(text: &mut String, module: &str, columns: &[Value]) {
    for (index, schema) in columns.iter().enumerate() {
        let schema = oracle(schema).to_string();
        writeln!(
            text,
            "crate::Case {{ schema: {schema:?}, check: |value| crate::check::<{module}::RowPatch>(\"c{index}\", value) }},"
        )
        .expect("a String takes everything");
    }
}

/// The schema as a validator of JSON sees it: the formats of numbers are ranges.
fn oracle(schema: &Value) -> Value {
    let range = match schema["format"].as_str() {
        Some("int16") => json!({ "minimum": i16::MIN, "maximum": i16::MAX }),
        Some("int32") => json!({ "minimum": i32::MIN, "maximum": i32::MAX }),
        _ => json!({}),
    };
    json!({ "allOf": [schema, range], "$defs": { "shared": shared() } })
}

impl std::fmt::Display for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Left(method) => write!(f, "{method} is left out"),
            Self::Shifted(method) => write!(f, "{method} is off by one"),
            Self::Swapped(method, other) => write!(f, "{method} is {other}"),
        }
    }
}
