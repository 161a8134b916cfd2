//! `x-ominipg` against its own meta-schema.

use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value as Json, json};

use super::node::{Entry, Node, Span, pointer_parts};
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::names::closest;

/// The meta-schema of schema files, with what `x-ominipg` may hold; `ominipg-codegen meta-schema` prints it for editors.
pub const META_SCHEMA: &str = include_str!("../../x-ominipg.schema.json");

/// The name that the meta-schema has as a file beside schemas.
pub(super) const META_SCHEMA_FILE: &str = "x-ominipg.schema.json";

/// What the keyword stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Table,
    Property,
    /// A definition, which may serve as either.
    Either,
    /// Something inside a value, where the keyword has no meaning.
    Nothing,
}

pub(super) fn check(file: usize, entry: &Entry, owner: Owner, findings: &mut Findings) {
    let owner = match owner {
        Owner::Either if fits(Owner::Table, &entry.node) => Owner::Table,
        Owner::Either => Owner::Property,
        other => other,
    };
    if owner == Owner::Nothing {
        let place = Place { file, span: entry.key_span };
        let help = "it belongs on a table or on a property of a table";
        findings.add(Finding::new(Code::BadExtension, place, "`x-ominipg` has no meaning here").help(help));
        return;
    }
    let json = entry.node.to_json();
    for error in validator(owner == Owner::Table).iter_errors(&json) {
        let path = pointer_parts(error.instance_path().as_str());
        let at = entry.node.at(path.iter().map(String::as_str)).unwrap_or(&entry.node);
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let known = keys(definition(owner), &path);
            for key in unexpected {
                let span = at.entry(key).map_or(at.span, |entry| entry.key_span);
                findings.add(unknown_key(Place { file, span }, key, &known));
            }
            continue;
        }
        let name =
            path.iter().rev().find(|part| part.parse::<usize>().is_err()).map_or("x-ominipg", String::as_str);
        let label = match error.kind() {
            ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
                "not of a form that is understood".to_owned()
            }
            _ => error.to_string(),
        };
        let help = description(definition(owner), path.first().map(String::as_str));
        let place = Place { file, span: at.span };
        findings.add(
            Finding::new(Code::BadExtension, place, format!("the value of `{name}` is not valid"))
                .label(label)
                .help(help),
        );
    }
}

/// A key of a bundle's entry, beside `schema`: they have the form of the table keys of `x-ominipg`.
pub(super) fn bundle_key(file: usize, entry: &Entry, findings: &mut Findings) {
    let known = keys("table", &[]);
    if !known.contains(&entry.key) {
        findings.add(unknown_key(Place { file, span: entry.key_span }, &entry.key, &known));
        return;
    }
    let json = json!({ &entry.key: entry.node.to_json() });
    for error in validator(true).iter_errors(&json) {
        let path = pointer_parts(error.instance_path().as_str());
        let at: Option<&Node> = entry.node.at(path.iter().skip(1).map(String::as_str));
        let span: Span = at.map_or(entry.node.span, |node| node.span);
        findings.add(
            Finding::new(
                Code::BadExtension,
                Place { file, span },
                format!("the value of `{}` is not valid", entry.key),
            )
            .label(error.to_string())
            .help(description("table", Some(&entry.key))),
        );
    }
}

fn unknown_key(place: Place, key: &str, known: &[String]) -> Finding {
    let help = match closest(key, known.iter().map(String::as_str)) {
        Some(closest) => format!("do you mean `{closest}`?"),
        None if known.is_empty() => String::new(),
        None => format!(
            "the keys are {}",
            known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    Finding::new(Code::BadExtension, place, format!("the key `{key}` is not known")).help(help)
}

fn fits(owner: Owner, node: &Node) -> bool {
    validator(owner == Owner::Table).is_valid(&node.to_json())
}

fn definition(owner: Owner) -> &'static str {
    if owner == Owner::Table { "table" } else { "property" }
}

/// Read once: large folders ask for it at every property.
fn meta_schema() -> &'static Json {
    static READ: LazyLock<Json> =
        LazyLock::new(|| serde_json::from_str(META_SCHEMA).expect("the meta-schema of x-ominipg is JSON"));
    &READ
}

fn validator(of_table: bool) -> &'static Validator {
    static TABLE: LazyLock<Validator> = LazyLock::new(|| compile("table"));
    static PROPERTY: LazyLock<Validator> = LazyLock::new(|| compile("property"));
    if of_table { &TABLE } else { &PROPERTY }
}

fn compile(definition: &str) -> Validator {
    let schema = json!({ "$ref": format!("#/$defs/{definition}"), "$defs": meta_schema()["$defs"] });
    jsonschema::validator_for(&schema).expect("the meta-schema of x-ominipg is a JSON Schema")
}

/// The keys that the meta-schema has at a path.
fn keys(definition: &str, path: &[String]) -> Vec<String> {
    let schema = meta_schema();
    let mut at = &schema["$defs"][definition];
    for part in path {
        at = match &at["properties"][part] {
            Json::Null => &at["additionalProperties"],
            inner => inner,
        };
    }
    at["properties"].as_object().into_iter().flat_map(|keys| keys.keys().cloned()).collect()
}

fn description(definition: &str, key: Option<&str>) -> String {
    let schema = meta_schema();
    let text = key.and_then(|key| schema["$defs"][definition]["properties"][key]["description"].as_str());
    text.unwrap_or("").to_owned()
}
