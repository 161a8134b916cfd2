//! Schemas that have a URI of their own: files, the schemas of a bundle, and parts with an `$id`.

use jsonschema::uri;

use super::node::{Node, Span};
use super::walk::{Slot, slot};

/// One schema with a URI, and the names in it.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) path: Vec<String>,
    span: Span,
    /// Without a fragment.
    pub(crate) uri: String,
    /// Whether the dialect is draft-07; else it is 2020-12.
    pub(crate) draft7: bool,
    pub(crate) anchors: Vec<Anchor>,
}

/// A place with a name.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    /// Whether it is a `$dynamicAnchor`.
    pub(crate) dynamic: bool,
}

/// The resources of a file; the first is the file itself.
pub(super) fn of(file: usize, root: &Node) -> Vec<Resource> {
    // Where a file has no `$id`, what is in it has URIs that no other file's can meet by chance.
    let base = format!("file:///{file}/");
    let mut found = Found { all: vec![Resource::new(Vec::new(), root.span, base, is_draft7(root, false))] };
    found.walk(root, &mut Vec::new(), 0);
    found.all
}

/// The resource that a byte of the file is in: the innermost.
pub(super) fn around(resources: &[Resource], span: Span) -> Option<&Resource> {
    let around = |resource: &&Resource| resource.span.start <= span.start && span.end <= resource.span.end;
    resources.iter().filter(around).min_by_key(|resource| resource.span.end - resource.span.start)
}

/// A reference as a URI, and its fragment; a reference that is no URI is kept as it is.
pub(super) fn join(base: &str, reference: &str) -> (String, String) {
    let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let joined = if document.is_empty() {
        base.to_owned()
    } else {
        let base = uri::from_str(base).ok();
        let joined = base.and_then(|base| uri::resolve_against(&base.borrow(), document).ok());
        joined.map_or_else(|| document.to_owned(), |joined| joined.as_str().to_owned())
    };
    (joined, fragment.to_owned())
}

struct Found {
    all: Vec<Resource>,
}

impl Found {
    /// Looks through a schema that is in the resource at `within`.
    fn walk(&mut self, node: &Node, path: &mut Vec<String>, within: usize) {
        let Some(object) = node.object() else { return };
        let within = self.enter(node, path, within);
        let draft7 = self.all[within].draft7;
        for (keyword, dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
            if let Some(name) = node.get(keyword).and_then(Node::str).filter(|_| !draft7) {
                self.anchor(within, name, path, dynamic);
            }
        }
        for entry in &object.entries {
            path.push(entry.key.clone());
            match slot(&entry.key) {
                Some(Slot::Data) => {}
                Some(Slot::Map | Slot::Dependencies) => self.children(&entry.node, path, within),
                Some(Slot::Schema | Slot::SchemaOrList | Slot::List) => match entry.node.array() {
                    Some(_) => self.children(&entry.node, path, within),
                    None => self.walk(&entry.node, path, within),
                },
                // An entry of a bundle.
                None if path.len() == 1 && entry.node.get("schema").is_some() => {
                    self.children(&entry.node, path, within);
                }
                None => {}
            }
            path.pop();
        }
    }

    fn children(&mut self, node: &Node, path: &mut Vec<String>, within: usize) {
        let named =
            node.object().map(|object| object.entries.iter().map(|e| (e.key.clone(), &e.node)).collect());
        let listed =
            || node.array().unwrap_or_default().iter().enumerate().map(|(i, n)| (i.to_string(), n)).collect();
        let children: Vec<(String, &Node)> = named.unwrap_or_else(listed);
        for (key, child) in children {
            path.push(key);
            self.walk(child, path, within);
            path.pop();
        }
    }

    /// The resource that a schema's own keywords are in.
    fn enter(&mut self, node: &Node, path: &[String], within: usize) -> usize {
        let parent = &self.all[within];
        let draft7 = is_draft7(node, parent.draft7);
        // Draft-07 sees nothing beside a `$ref`, and gives names to places by `$id`.
        let id = node.get("$id").and_then(Node::str).filter(|_| !(draft7 && node.get("$ref").is_some()));
        let (uri, name) = match id.map(|id| join(&parent.uri, id)) {
            Some((uri, name)) if draft7 && !name.is_empty() => (uri, Some(name)),
            Some((uri, _)) => (uri, None),
            // The table of a bundle may have a dialect of its own; what it refers to is still found from the file's root.
            None if draft7 != parent.draft7 && !path.is_empty() => {
                let (root, uri) = (parent.path.clone(), parent.uri.clone());
                self.all.push(Resource::new(root, node.span, uri, draft7));
                return self.all.len() - 1;
            }
            None => return within,
        };
        let is_new = uri != parent.uri;
        let entered = if is_new && path.is_empty() {
            self.all[0].uri = uri;
            0
        } else if is_new {
            self.all.push(Resource::new(path.to_vec(), node.span, uri, draft7));
            self.all.len() - 1
        } else {
            within
        };
        if let Some(name) = name {
            self.anchor(entered, &name, path, false);
        }
        entered
    }

    fn anchor(&mut self, resource: usize, name: &str, path: &[String], dynamic: bool) {
        self.all[resource].anchors.push(Anchor { name: name.to_owned(), path: path.to_vec(), dynamic });
    }
}

impl Resource {
    fn new(path: Vec<String>, span: Span, uri: String, draft7: bool) -> Self {
        Self { path, span, uri, draft7, anchors: Vec::new() }
    }
}

/// The dialect that a schema names; else the one around it.
fn is_draft7(node: &Node, around: bool) -> bool {
    match node.get("$schema").and_then(Node::str) {
        Some(uri) => uri.trim_end_matches('#').ends_with("json-schema.org/draft-07/schema"),
        None => around,
    }
}
