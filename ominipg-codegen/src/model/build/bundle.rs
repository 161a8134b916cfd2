//! One schema with everything that its `$ref`s lead to inside it, in dialect 2020-12.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::Context;
use super::cursor::Cursor;
use super::layers::{self, value_or_null};
use crate::diagnostic::{Code, Finding};
use crate::names;
use crate::read::{Slot, is_later_than_draft7, slot};

/// Keywords that say nothing about which values are valid.
const ANNOTATIONS: &[&str] =
    &["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

/// The schema at `at`, without the `null` that a nullable column allows; `None` where anything is valid.
pub(super) fn bundle<'a>(context: &mut Context<'a, '_>, at: Cursor<'a>) -> Option<Json> {
    let mut bundler = Bundler { context, seen: Vec::new(), dynamic: Vec::new(), entered: BTreeSet::new() };
    let at = bundler.core(at);
    let mut schema = bundler.schema(at);
    let mut defs = Map::new();
    let mut next = 0;
    while let Some((target, name)) = bundler.seen.get(next).cloned() {
        defs.insert(name, bundler.schema(target));
        next += 1;
    }
    bundler.ambiguous();
    // What refers to itself stands in `$defs` alone, so that it has one name.
    if let Some((_, name)) = bundler.seen.iter().find(|(seen, _)| std::ptr::eq(seen.node, at.node)) {
        return Some(json!({ "$ref": format!("#/$defs/{name}"), "$defs": defs }));
    }
    let Some(object) = schema.as_object_mut() else {
        return (schema == Json::Bool(false)).then_some(schema);
    };
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

struct Bundler<'c, 'a, 'f> {
    context: &'c mut Context<'a, 'f>,
    /// What was referred to, and under which name it is put into `$defs`.
    seen: Vec<(Cursor<'a>, String)>,
    /// The `$dynamicRef`s, and the names that they lead to.
    dynamic: Vec<(Cursor<'a>, String)>,
    /// The schemas with a URI that were entered: their file and URI.
    entered: BTreeSet<(usize, String)>,
}

impl<'a> Bundler<'_, 'a, '_> {
    /// The schema that a chain of nothing but `$ref`s and `null` alternatives leads to.
    fn core(&mut self, mut at: Cursor<'a>) -> Cursor<'a> {
        self.enter(at);
        // A chain that is longer than this is a circle, which `Layers` reports.
        for _ in 0..64 {
            let mut constraints = at
                .entries()
                .filter(|(entry, _)| slot(&entry.key).is_some() && !ANNOTATIONS.contains(&entry.key.as_str()))
                .filter(|(entry, _)| {
                    !matches!(
                        entry.key.as_str(),
                        "$defs"
                            | "definitions"
                            | "$schema"
                            | "$id"
                            | "$anchor"
                            | "$dynamicAnchor"
                            | "$comment"
                    )
                });
            let (Some((entry, value)), None) = (constraints.next(), constraints.next()) else { return at };
            let next = match entry.key.as_str() {
                "$ref" | "$dynamicRef" => layers::target(self.context, value).map(|(target, _)| target),
                "anyOf" | "oneOf" => value_or_null(value),
                _ => None,
            };
            match next {
                Some(next) => {
                    self.enter(next);
                    at = next;
                }
                None => return at,
            }
        }
        at
    }

    /// Notes which schema with a URI a place is in.
    fn enter(&mut self, at: Cursor<'a>) {
        if let Some(resource) = self.context.input.sources.resource(at.file, at.node.span) {
            self.entered.insert((at.file, resource.uri.clone()));
        }
    }

    fn schema(&mut self, at: Cursor<'a>) -> Json {
        if at.node.object().is_none() {
            return at.node.to_json();
        }
        self.enter(at);
        let mut out = Map::new();
        for (entry, value) in at.entries() {
            let key = entry.key.as_str();
            match (key, slot(key)) {
                (
                    "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$comment" | "$vocabulary" | "$defs"
                    | "definitions",
                    _,
                ) => {}
                (later, _) if at.draft7 && is_later_than_draft7(later) => {}
                ("$ref" | "$dynamicRef", _) => self.reference(key, value, &mut out),
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
                ("allOf", _) => {
                    let parts = value.items().map(|part| self.schema(part)).collect();
                    all_of(&mut out, parts);
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

    fn reference(&mut self, keyword: &str, value: Cursor<'a>, out: &mut Map<String, Json>) {
        let Some((target, found)) = layers::target(self.context, value) else { return };
        if let Some(name) = found.dynamic.filter(|_| keyword == "$dynamicRef") {
            self.dynamic.push((value, name));
        }
        let name = json!(format!("#/$defs/{}", self.name(target, &found.path)));
        // Both may stand in one schema.
        if out.contains_key("$ref") {
            all_of(out, vec![json!({ "$ref": name })]);
        } else {
            out.insert("$ref".to_owned(), name);
        }
    }

    /// A `$dynamicRef` is followed as a `$ref`, which it is where no schema on the way has the same name.
    fn ambiguous(&mut self) {
        for (at, name) in std::mem::take(&mut self.dynamic) {
            let sources = &self.context.input.sources;
            let has_name =
                |entered: &&(usize, String)| sources.has_dynamic_anchor(entered.0, &entered.1, &name);
            if self.entered.iter().filter(has_name).count() > 1 {
                let message = format!(
                    "several schemas have the `$dynamicAnchor` `{name}`, so this leads to more than one"
                );
                let help = "write a `$ref` to the one that is meant, or give them names that differ";
                self.context.add(Finding::new(Code::DynamicRef, at.place(), message).help(help));
            }
        }
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

/// Adds schemas that hold too.
fn all_of(out: &mut Map<String, Json>, parts: Vec<Json>) {
    if let Json::Array(all) = out.entry("allOf").or_insert_with(|| json!([])) {
        all.extend(parts);
    }
}
