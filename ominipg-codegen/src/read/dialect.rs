//! Whether a file is a JSON Schema at all, by the meta-schema of its dialect.

use jsonschema::error::ValidationErrorKind;

use super::document::Document;
use super::extension::META_SCHEMA_FILE;
use super::node::{Node, pointer_parts};
use super::source::Sources;
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::names::closest;

pub(super) fn check(sources: &Sources, document: &Document, findings: &mut Findings) {
    let file = document.file;
    let node = document.node(sources);
    let root = sources.get(file).root.as_ref();
    let dialect = node.get("$schema").or_else(|| root.and_then(|root| root.get("$schema")));
    let draft7 = match dialect.and_then(Node::str).map(|uri| uri.trim_end_matches('#')) {
        None | Some("https://json-schema.org/draft/2020-12/schema") => false,
        Some("http://json-schema.org/draft-07/schema" | "https://json-schema.org/draft-07/schema") => true,
        // A path to the meta-schema, which editors follow.
        Some(uri) if uri.rsplit('/').next() == Some(META_SCHEMA_FILE) => false,
        Some(uri) => {
            let span = dialect.map_or(node.span, |node| node.span);
            let message = format!("the dialect `{uri}` is not understood");
            let help = "use `https://json-schema.org/draft/2020-12/schema` or `http://json-schema.org/draft-07/schema`, or leave `$schema` out";
            findings.add(Finding::new(Code::UnknownDialect, Place { file, span }, message).help(help));
            return;
        }
    };
    let validator = if draft7 {
        jsonschema::draft7::meta::validator()
    } else {
        jsonschema::draft202012::meta::validator()
    };
    let json = node.to_json();
    for error in validator.iter_errors(&json) {
        let path = pointer_parts(error.instance_path().as_str());
        let at = node.at(path.iter().map(String::as_str)).unwrap_or(node);
        let keyword = path.iter().rev().find(|part| part.parse::<usize>().is_err());
        let place = Place { file, span: at.span };
        findings.add(
            Finding::new(Code::NotSchema, place, message(keyword.map(String::as_str)))
                .label(label(error.kind(), &error.to_string(), at))
                .help(help(keyword.map(String::as_str), at)),
        );
    }
}

fn message(keyword: Option<&str>) -> String {
    match keyword {
        Some(keyword) => format!("the value of `{keyword}` is not valid in a JSON Schema"),
        None => "this is not a JSON Schema".to_owned(),
    }
}

fn label(kind: &ValidationErrorKind, message: &str, node: &Node) -> String {
    match kind {
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            let json = node.to_json().to_string();
            if json.len() <= 40 {
                format!("`{json}` is not allowed here")
            } else {
                "not allowed here".to_owned()
            }
        }
        _ => message.to_owned(),
    }
}

/// The types of JSON Schema.
const TYPES: &[&str] = &["string", "integer", "number", "boolean", "object", "array", "null"];

fn help(keyword: Option<&str>, node: &Node) -> String {
    let near = node.str().and_then(|text| closest(text, TYPES.iter().copied()));
    if let (Some("type"), Some(near)) = (keyword, near) {
        return format!("do you mean `{near}`?");
    }
    let help = match keyword {
        Some("type") => {
            "the types are `string`, `integer`, `number`, `boolean`, `object`, `array` and `null`, or a list of them"
        }
        Some("required") => {
            "`required` is a list of property names and stands beside `properties`, not inside one"
        }
        Some("properties") => "`properties` holds a schema for each property, by name",
        _ => "",
    };
    help.to_owned()
}
