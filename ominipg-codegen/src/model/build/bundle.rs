//! One schema with everything that its `$ref`s lead to inside it, in dialect 2020-12.

use serde_json::{Map, Value as Json, json};

use super::Context;
use super::cursor::Cursor;
use super::layers::{self, value_or_null};
use crate::names;
use crate::read::{Slot, slot};

/// Keywords that say nothing about which values are valid.
const ANNOTATIONS: &[&str] =
    &["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

/// The schema at `at`, without the `null` that a nullable column allows; `None` where anything is valid.
pub(super) fn bundle<'a>(context: &mut Context<'a, '_>, at: Cursor<'a>) -> Option<Json> {
    let at = core(context, at);
    let mut bundler = Bundler { context, seen: Vec::new() };
    let mut schema = bundler.schema(at);
    let mut defs = Map::new();
    let mut next = 0;
    while let Some((target, name)) = bundler.seen.get(next).cloned() {
        defs.insert(name, bundler.schema(target));
        next += 1;
    }
    // What refers to itself stands in `$defs` alone, so that it has one name.
    if let Some((_, name)) = bundler.seen.iter().find(|(seen, _)| std::ptr::eq(seen.node, at.node)) {
        return Some(json!({ "$ref": format!("#/$defs/{name}"), "$defs": defs }));
    }
    let object = schema.as_object_mut()?;
    for keyword in ANNOTATIONS.iter().filter(|keyword| **keyword != "title" && **keyword != "description") {
        object.remove(*keyword);
    }
    if let Some(Json::Array(types)) = object.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if object.keys().all(|keyword| ANNOTATIONS.contains(&keyword.as_str())) {
        return None;
    }
    if !defs.is_empty() {
        object.insert("$defs".to_owned(), Json::Object(defs));
    }
    Some(schema)
}

/// The schema that a chain of nothing but `$ref`s and `null` alternatives leads to.
fn core<'a>(context: &mut Context<'a, '_>, mut at: Cursor<'a>) -> Cursor<'a> {
    // A chain that is longer than this is a circle, which `Layers` reports.
    for _ in 0..64 {
        let mut constraints = at
            .entries()
            .filter(|(entry, _)| slot(&entry.key).is_some() && !ANNOTATIONS.contains(&entry.key.as_str()))
            .filter(|(entry, _)| {
                !matches!(entry.key.as_str(), "$defs" | "definitions" | "$schema" | "$id" | "$comment")
            });
        let (Some((entry, value)), None) = (constraints.next(), constraints.next()) else { return at };
        let next = match entry.key.as_str() {
            "$ref" => layers::target(context, value).map(|(target, _)| target),
            "anyOf" | "oneOf" => value_or_null(value),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return at,
        }
    }
    at
}

struct Bundler<'c, 'a, 'f> {
    context: &'c mut Context<'a, 'f>,
    /// What was referred to, and under which name it is put into `$defs`.
    seen: Vec<(Cursor<'a>, String)>,
}

impl<'a> Bundler<'_, 'a, '_> {
    fn schema(&mut self, at: Cursor<'a>) -> Json {
        if at.node.object().is_none() {
            return at.node.to_json();
        }
        let mut out = Map::new();
        for (entry, value) in at.entries() {
            let key = entry.key.as_str();
            match (key, slot(key)) {
                ("$schema" | "$id" | "$anchor" | "$comment" | "$vocabulary" | "$defs" | "definitions", _) => {
                }
                ("$ref", _) => {
                    if let Some((target, path)) = layers::target(self.context, value) {
                        let name = self.name(target, &path);
                        out.insert("$ref".to_owned(), json!(format!("#/$defs/{name}")));
                    }
                }
                ("items", _) if value.node.array().is_some() => {
                    out.insert("prefixItems".to_owned(), self.list(value));
                }
                ("additionalItems", _) => {
                    // It counts only beside a list of items, which 2020-12 calls `prefixItems`.
                    if at.get("items").is_some_and(|items| items.node.array().is_some()) {
                        out.insert("items".to_owned(), self.schema(value));
                    }
                }
                ("dependencies", _) => self.dependencies(value, &mut out),
                (_, None) => {}
                (_, Some(Slot::Data)) => {
                    out.insert(entry.key.clone(), value.node.to_json());
                }
                (_, Some(Slot::Map)) => {
                    let inner = value.entries().map(|(entry, value)| (entry.key.clone(), self.schema(value)));
                    let inner = inner.collect();
                    out.insert(entry.key.clone(), Json::Object(inner));
                }
                (_, Some(Slot::List)) => {
                    let list = self.list(value);
                    out.insert(entry.key.clone(), list);
                }
                (_, Some(_)) => {
                    let schema = self.schema(value);
                    out.insert(entry.key.clone(), schema);
                }
            }
        }
        Json::Object(out)
    }

    fn list(&mut self, at: Cursor<'a>) -> Json {
        at.items().map(|item| self.schema(item)).collect()
    }

    fn dependencies(&mut self, at: Cursor<'a>, out: &mut Map<String, Json>) {
        let (mut required, mut schemas) = (Map::new(), Map::new());
        for (entry, value) in at.entries() {
            if value.node.array().is_some() {
                required.insert(entry.key.clone(), value.node.to_json());
            } else {
                schemas.insert(entry.key.clone(), self.schema(value));
            }
        }
        for (key, map) in [("dependentRequired", required), ("dependentSchemas", schemas)] {
            if !map.is_empty() {
                out.insert(key.to_owned(), Json::Object(map));
            }
        }
    }

    /// A short name for a target: the last part of its path, or its file's name.
    fn name(&mut self, target: Cursor<'a>, path: &[String]) -> String {
        if let Some((_, name)) = self.seen.iter().find(|(seen, _)| std::ptr::eq(seen.node, target.node)) {
            return name.clone();
        }
        let file = &self.context.input.sources.get(target.file).name;
        let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or(file);
        let last = path.iter().rev().find(|part| *part != "schema").map_or(stem, String::as_str);
        let base = match names::pascal(last) {
            name if name.is_empty() => "Definition".to_owned(),
            name => name,
        };
        let mut name = base.clone();
        let mut count = 2;
        while self.seen.iter().any(|(_, taken)| *taken == name) {
            name = format!("{base}{count}");
            count += 1;
        }
        self.seen.push((target, name.clone()));
        name
    }
}
