use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

use serde::Serialize;

use super::{Format, JsonSchema, Number, Pattern};

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the value is: a JSON Pointer, such as `/tags/0`.
    pub pointer: String,
    /// The JSON Schema keyword that is broken, such as `minLength`.
    pub keyword: &'static str,
    /// The rule in plain English.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "(root)" } else { &self.pointer };
        write!(f, "{pointer}: {} ({})", self.message, self.keyword)
    }
}

/// Collects broken rules; each method adds one where the value breaks it.
#[derive(Debug, Default)]
pub struct Violations {
    /// The row's index, where there are many; its pointers start with it.
    row: Option<usize>,
    list: Vec<Violation>,
}

impl Violations {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no rule is broken.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The broken rules, in the order they were found.
    pub fn into_vec(self) -> Vec<Violation> {
        self.list
    }

    /// Turns to a row of many, whose index the pointers that follow start with.
    pub(crate) fn at_row(&mut self, row: usize) {
        self.row = Some(row);
    }

    /// Adds a broken rule, whatever it is.
    pub fn push(&mut self, pointer: &str, keyword: &'static str, message: impl Into<String>) {
        let pointer = self.row.map_or_else(|| pointer.to_owned(), |row| format!("/{row}{pointer}"));
        self.list.push(Violation { pointer, keyword, message: message.into() });
    }

    /// Adds a broken rule unless `holds`.
    #[inline]
    pub fn check(
        &mut self,
        holds: bool,
        pointer: &str,
        keyword: &'static str,
        message: impl FnOnce() -> String,
    ) {
        if !holds {
            self.push(pointer, keyword, message());
        }
    }

    /// `minLength`, in Unicode characters.
    #[inline]
    pub fn min_length(&mut self, pointer: &str, value: &str, least: usize) {
        // A text has at most as many characters as bytes, and at least a quarter of them.
        let holds = value.len() / 4 >= least || value.chars().count() >= least;
        self.check(holds, pointer, "minLength", || format!("is shorter than {least} characters"));
    }

    /// `maxLength`, in Unicode characters.
    #[inline]
    pub fn max_length(&mut self, pointer: &str, value: &str, most: usize) {
        let holds = value.len() <= most || value.chars().count() <= most;
        self.check(holds, pointer, "maxLength", || format!("is longer than {most} characters"));
    }

    /// `pattern`, an ECMA-262 regular expression.
    #[inline]
    pub fn pattern(&mut self, pointer: &str, value: &str, pattern: &'static Pattern) {
        if let Err(message) = pattern.check(value) {
            self.push(pointer, "pattern", message);
        }
    }

    /// `format`.
    #[inline]
    pub fn format(&mut self, pointer: &str, value: &str, format: Format) {
        self.check(format.accepts(value), pointer, "format", || format!("is not a valid {}", format.name()));
    }

    /// `minimum`.
    pub fn minimum<N: Number>(&mut self, pointer: &str, value: N, bound: N) {
        self.check(value >= bound, pointer, "minimum", || format!("is less than {bound}"));
    }

    /// `maximum`.
    pub fn maximum<N: Number>(&mut self, pointer: &str, value: N, bound: N) {
        self.check(value <= bound, pointer, "maximum", || format!("is greater than {bound}"));
    }

    /// `exclusiveMinimum`.
    pub fn exclusive_minimum<N: Number>(&mut self, pointer: &str, value: N, bound: N) {
        self.check(value > bound, pointer, "exclusiveMinimum", || format!("is not greater than {bound}"));
    }

    /// `exclusiveMaximum`.
    pub fn exclusive_maximum<N: Number>(&mut self, pointer: &str, value: N, bound: N) {
        self.check(value < bound, pointer, "exclusiveMaximum", || format!("is not less than {bound}"));
    }

    /// `multipleOf`.
    pub fn multiple_of<N: Number>(&mut self, pointer: &str, value: N, of: N) {
        self.check(value.is_multiple(of), pointer, "multipleOf", || format!("is not a multiple of {of}"));
    }

    /// `const`; `expected` is the constant as JSON.
    #[inline]
    pub fn constant(&mut self, pointer: &str, holds: bool, expected: &str) {
        self.check(holds, pointer, "const", || format!("is not {expected}"));
    }

    /// `minItems`.
    #[inline]
    pub fn min_items(&mut self, pointer: &str, length: usize, least: usize) {
        self.check(length >= least, pointer, "minItems", || format!("has less than {least} items"));
    }

    /// `maxItems`.
    #[inline]
    pub fn max_items(&mut self, pointer: &str, length: usize, most: usize) {
        self.check(length <= most, pointer, "maxItems", || format!("has more than {most} items"));
    }

    /// `uniqueItems` of values that are equal where their JSON is.
    pub fn unique_values<T: Eq + Hash>(&mut self, pointer: &str, items: &[T]) {
        if let Some((first, second)) = equal_pair(items) {
            self.push(pointer, "uniqueItems", format!("has equal items at {first} and {second}"));
        }
    }

    /// `uniqueItems`.
    pub fn unique_items<T: Serialize>(&mut self, pointer: &str, items: &[T]) {
        if let Some((first, second)) = super::json::duplicate(items) {
            self.push(pointer, "uniqueItems", format!("has equal items at {first} and {second}"));
        }
    }

    /// Checks each item of an array, with the item's own pointer.
    pub fn each<T>(&mut self, pointer: &str, items: &[T], check: impl Fn(&mut Self, &str, &T)) {
        for (index, item) in items.iter().enumerate() {
            let before = self.list.len();
            check(self, pointer, item);
            if self.list.len() > before {
                // Only who breaks a rule has a pointer made.
                self.list.truncate(before);
                check(self, &format!("{pointer}/{index}"), item);
            }
        }
    }

    /// Checks a JSON document against the schema of its column.
    pub fn json<T: Serialize>(&mut self, pointer: &str, value: &T, schema: &'static JsonSchema) {
        schema.check(self, pointer, value);
    }
}

/// How many items are compared with each other; more are looked up by their hashes.
const FEW: usize = 16;

/// The positions of the first item that was there before, and of that one.
fn equal_pair<T: Eq + Hash>(items: &[T]) -> Option<(usize, usize)> {
    if items.len() <= FEW {
        let earlier = |(second, item): (usize, &T)| {
            Some((items[..second].iter().position(|first| first == item)?, second))
        };
        return items.iter().enumerate().find_map(earlier);
    }
    let mut seen = HashMap::with_capacity(items.len());
    items.iter().enumerate().find_map(|(second, item)| Some((seen.insert(item, second)?, second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_equal_values_among_few_and_many() {
        assert_eq!(equal_pair(&["a", "b", "a", "b"]), Some((0, 2)));
        assert_eq!(equal_pair::<i32>(&[]), None);
        let mut many: Vec<i32> = (0..100).collect();
        assert_eq!(equal_pair(&many), None);
        many[99] = 42;
        assert_eq!(equal_pair(&many), Some((42, 99)));
    }
}
