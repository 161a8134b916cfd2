//! JSON whose keys keep their order, as people write it: what is short stands on one line.

use serde_json::Value;

/// A line is not longer, where it need not be.
const WIDTH: usize = 110;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Plain(Value),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Plain(Value::String(text.into()))
    }

    pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// Prints it with its keys in their order.
    pub(super) fn print(&self) -> String {
        let mut out = String::new();
        self.print_at(0, 0, &mut out);
        out.push('\n');
        out
    }

    fn print_at(&self, depth: usize, before: usize, out: &mut String) {
        let line = self.line();
        // A file is an object of several lines, and so are its properties.
        if depth > 0 && depth * 2 + before + line.len() <= WIDTH && !self.holds_objects() {
            out.push_str(&line);
            return;
        }
        let (open, close) = match self {
            Self::Plain(_) => return out.push_str(&line),
            Self::List(_) => ('[', ']'),
            Self::Object(_) => ('{', '}'),
        };
        let inside = "  ".repeat(depth + 1);
        out.push(open);
        let mut first = true;
        let mut item = |key: Option<&String>, value: &Self| {
            out.push_str(if first { "\n" } else { ",\n" });
            first = false;
            out.push_str(&inside);
            let key = key.map_or(String::new(), |key| format!("{}: ", Value::String(key.clone())));
            out.push_str(&key);
            value.print_at(depth + 1, key.len(), out);
        };
        match self {
            Self::List(items) => items.iter().for_each(|value| item(None, value)),
            Self::Object(entries) => entries.iter().for_each(|(key, value)| item(Some(key), value)),
            Self::Plain(_) => {}
        }
        out.push_str(&format!("\n{}{close}", "  ".repeat(depth)));
    }

    /// Whether it is an object that has objects of several keys in it.
    fn holds_objects(&self) -> bool {
        let Self::Object(entries) = self else { return false };
        entries.len() > 1
            && entries.iter().all(|(_, value)| matches!(value, Self::Object(inner) if !inner.is_empty()))
    }

    fn line(&self) -> String {
        match self {
            Self::Plain(value) => value.to_string(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::line).collect::<Vec<_>>().join(", "))
            }
            Self::Object(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Object(entries) => {
                let entry = |(key, value): &(String, Self)| {
                    format!("{}: {}", Value::String(key.clone()), value.line())
                };
                format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// An object in the making.
#[derive(Debug, Default, Clone)]
pub(super) struct Object(Vec<(String, Json)>);

impl Object {
    pub(super) fn set(&mut self, key: &str, value: Json) {
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(known, _)| known == key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn done(self) -> Json {
        Json::Object(self.0)
    }
}
