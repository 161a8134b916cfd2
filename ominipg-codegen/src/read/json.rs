//! A JSON reader that keeps the byte range of every value and key.

use super::node::{Entry, Node, Object, Span, Value};

/// How deep values may nest: far beyond any schema, and shallow enough for the stack.
const MAX_DEPTH: usize = 128;

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// Reads one JSON value that fills the whole text; a byte order mark before it is passed over.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut parser = Parser { text, at: start };
    parser.space();
    let node = parser.value(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.unexpected("the end of the file, since the value is complete"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn error(&self, span: Span, message: impl Into<String>) -> SyntaxError {
        SyntaxError { span, message: message.into() }
    }

    fn unexpected(&self, wanted: &str) -> SyntaxError {
        match self.text[self.at..].chars().next() {
            Some(found) => {
                let span = Span::new(self.at, self.at + found.len_utf8());
                self.error(span, format!("expected {wanted}, found `{}`", found.escape_debug()))
            }
            None => {
                self.error(Span::new(self.at, self.at), format!("expected {wanted}, but the file ends here"))
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        let start = self.at;
        if depth > MAX_DEPTH {
            return Err(self.error(
                Span::new(start, start + 1),
                format!("values are nested deeper than {MAX_DEPTH} levels"),
            ));
        }
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return Err(self.unexpected("a JSON value")),
        };
        Ok(Node { value, span: Span::new(start, self.at) })
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, SyntaxError> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.unexpected("a JSON value"))
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Object(Object { entries }));
        }
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                let wanted = if entries.is_empty() { "a key in quotes or `}`" } else { "a key in quotes" };
                return Err(self.unexpected(wanted));
            }
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            self.space();
            if !self.eat(b':') {
                return Err(self.unexpected("`:` after the key"));
            }
            self.space();
            let node = self.value(depth + 1)?;
            entries.push(Entry { key, key_span, node });
            self.space();
            if self.eat(b'}') {
                return Ok(Value::Object(Object { entries }));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
            self.space();
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
            self.space();
        }
    }

    /// The text between two quotes; one with escapes is left to `serde_json`, which knows them all.
    fn string(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(byte) if byte < 0x20 => {
                    return Err(self.error(
                        Span::new(self.at, self.at + 1),
                        "a line break or control character inside a string; write it as an escape such as `\\n`",
                    ));
                }
                Some(_) => self.at += 1,
                None => {
                    let end = self.text[start..].find('\n').map_or(self.text.len(), |line| start + line);
                    return Err(self.error(Span::new(start, end), "this string is never closed"));
                }
            }
        }
        self.at += 1;
        if !escaped {
            return Ok(self.text[start + 1..self.at - 1].to_owned());
        }
        let span = Span::new(start, self.at);
        // A backslash may have jumped into the middle of a character; then the slice is none of a JSON string.
        let slice = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(slice)
            .map_err(|_| self.error(span, "this string has an escape that JSON does not know"))
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        match serde_json::from_str(&self.text[start..self.at]) {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) => {
                Err(self.error(Span::new(start, self.at), "this is not a JSON number, or it is out of range"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let error = parse(text).expect_err("the text is not JSON");
        format!("{}..{} {}", error.span.start, error.span.end, error.message)
    }

    #[test]
    fn values_keep_their_ranges() {
        let text = r#" { "a" : [1, "é\n"], "b": true } "#;
        let node = parse(text).expect("the text is JSON");
        let b = node.get("b").expect("b is there");
        assert_eq!(&text[b.span.start..b.span.end], "true");
        let a = node.get("a").expect("a is there");
        assert_eq!(&text[a.span.start..a.span.end], r#"[1, "é\n"]"#);
        assert_eq!(node.to_json(), serde_json::json!({ "a": [1, "é\n"], "b": true }));
    }

    #[test]
    fn each_syntax_error_has_its_place() {
        assert_eq!(error(""), "0..0 expected a JSON value, but the file ends here");
        assert_eq!(error("{\"a\": 1,}"), "8..9 expected a key in quotes, found `}`");
        assert_eq!(error("[1 2]"), "3..4 expected `,` or `]`, found `2`");
        assert_eq!(error("{\"a\" 1}"), "5..6 expected `:` after the key, found `1`");
        assert_eq!(error("01"), "0..2 this is not a JSON number, or it is out of range");
        assert_eq!(error("\"abc"), "0..4 this string is never closed");
        assert_eq!(error("\"\\"), "0..2 this string is never closed");
        assert_eq!(error("\"\\é\""), "0..5 this string has an escape that JSON does not know");
        assert_eq!(
            error("{} {}"),
            "3..4 expected the end of the file, since the value is complete, found `{`"
        );
        assert!(error(&"[".repeat(500)).contains("nested deeper than 128 levels"));
    }
}
