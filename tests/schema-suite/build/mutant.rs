//! Faults in generated checks.

/// One fault.
#[derive(Clone, Copy)]
pub enum Mutant {
    /// The check is not there.
    Left(&'static str),
    /// Its bound is one more.
    Shifted(&'static str),
    /// It is another one.
    Swapped(&'static str, &'static str),
}

use Mutant::{Left, Shifted, Swapped};

/// A fault or more for each check that generated code makes.
pub const MUTANTS: &[Mutant] = &[
    Left("min_length"),
    Left("max_length"),
    Left("pattern"),
    Left("format"),
    Left("minimum"),
    Left("maximum"),
    Left("exclusive_minimum"),
    Left("exclusive_maximum"),
    Left("multiple_of"),
    Left("constant"),
    Left("min_items"),
    Left("max_items"),
    Left("unique_items"),
    Left("unique_values"),
    Left("each"),
    Left("json"),
    Shifted("min_length"),
    Shifted("max_length"),
    Shifted("minimum"),
    Shifted("maximum"),
    Shifted("exclusive_minimum"),
    Shifted("exclusive_maximum"),
    Shifted("multiple_of"),
    Shifted("min_items"),
    Shifted("max_items"),
    Swapped("minimum", "exclusive_minimum"),
    Swapped("maximum", "exclusive_maximum"),
    Swapped("exclusive_minimum", "minimum"),
    Swapped("exclusive_maximum", "maximum"),
];

impl Mutant {
    fn method(self) -> &'static str {
        match self {
            Left(method) | Shifted(method) | Swapped(method, _) => method,
        }
    }

    /// The keyword of the check.
    pub fn keyword(self) -> &'static str {
        match self.method() {
            "min_length" => "minLength",
            "max_length" => "maxLength",
            "exclusive_minimum" => "exclusiveMinimum",
            "exclusive_maximum" => "exclusiveMaximum",
            "multiple_of" => "multipleOf",
            "constant" => "const",
            "min_items" => "minItems",
            "max_items" => "maxItems",
            "unique_items" | "unique_values" => "uniqueItems",
            "each" => "items",
            "json" => "properties",
            same => same,
        }
    }

    /// The code with the fault in every such check.
    pub fn apply(self, code: &str) -> String {
        let call = format!("v.{}(", self.method());
        let mut out = String::new();
        let mut rest = code;
        let mut count = 0;
        while let Some(at) = rest.find(&call) {
            let end = at + end_of_call(&rest[at..]);
            out.push_str(&rest[..at]);
            out.push_str(&self.faulty(&rest[at..end]));
            rest = &rest[end..];
            count += 1;
        }
        assert!(count > 0, "no check `{call}` is in the code");
        out + rest
    }

    fn faulty(self, call: &str) -> String {
        match self {
            Left(_) => "let _ = (&v, &value)".to_owned(),
            Swapped(method, other) => call.replacen(method, other, 1),
            Shifted(_) => {
                let inside = call.trim_end_matches([')', ',', '\n', ' ']);
                let start = inside.rfind([' ', ',']).map_or(0, |at| at + 1);
                let number = &inside[start..];
                let digits = number.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(number.len());
                let bound: i64 = number[..digits].parse().expect("a bound is a whole number");
                format!("{}{}{})", &inside[..start], bound + 1, &number[digits..])
            }
        }
    }
}

/// The length of a call, up to its closing bracket.
fn end_of_call(text: &str) -> usize {
    let mut depth = 0;
    let mut in_text = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    panic!("a call ends")
}
